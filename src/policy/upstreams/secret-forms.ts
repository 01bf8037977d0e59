/** Shorter texts are in everything. */
const MIN_CHARACTERS = 8;

/**
 * The forms in which a secret may come back: as it is, escaped in JSON or with "%", in hexadecimal digits, and in base64
 * wherever it begins there. All are ASCII where the secret is. A secret of less than eight characters has none.
 */
export function secretForms(secret: string): readonly string[] {
  if (secret.length < MIN_CHARACTERS) return [];
  const bytes = Buffer.from(secret, 'utf8');
  const hex = bytes.toString('hex');
  const percent = hex.replaceAll(/../g, '%$&');
  const json = JSON.stringify(secret).slice(1, -1);
  const uri = encodeURIComponent(secret.toWellFormed());
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset));
  const forms = [
    bytes.toString('latin1'),
    json,
    json.replaceAll('/', '\\/'),
    uri,
    lowerEscapes(uri),
    percent,
    percent.toUpperCase(),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...new Set(forms)].filter((form) => form.length >= MIN_CHARACTERS);
}

function lowerEscapes(text: string): string {
  return text.replaceAll(/%../g, (escape) => escape.toLowerCase());
}

/** What of the base64 of a longer text depends on these bytes alone, where so many bytes (modulo 3) are before them. */
function base64At(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}
