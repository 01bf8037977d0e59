/**
 * Writes a JSON value so that equal values give equal text: members sorted by the UTF-16 code units of their names, without
 * those that are undefined, and no white space (RFC 8785).
 */
export function canonicalJson(value: unknown): string {
  // Written out, and not sorted into another object: an object lists names like "10" before all others, in their own order.
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object = value as Readonly<Record<string, unknown>>;
  const members: string[] = [];
  for (const name of Object.keys(object).sort()) {
    const member = object[name];
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}
