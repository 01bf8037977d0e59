/**
 * Writes a JSON value so that equal values give equal text: members sorted by the UTF-16 code units of their names, without
 * those that are undefined, and no white space (RFC 8785).
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  // Written out, and not sorted into another object: an object lists names like "10" before all others, in their own order.
  const object = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const name of Object.keys(object).sort()) {
    const member = object[name];
    if (member === undefined) continue;
    text += `${text === '' ? '{' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}
