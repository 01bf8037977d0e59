/** The forms of a secret that a text has: as it is, in base64, in hexadecimal and escaped, as it is and behind others. */
export function findForms(secret: string, text: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // Behind one, two or no other bytes base64 has other digits; those at both ends depend on what stands beside them.
  const encoded = [0, 1, 2].map((before) => {
    const digits = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return digits.slice(before === 0 ? 0 : before + 1, -1);
  });
  const forms = [
    secret,
    encodeURIComponent(secret),
    bytes.toString('hex'),
    ...encoded,
    ...encoded.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...new Set(forms)].filter((form) => text.includes(form));
}
