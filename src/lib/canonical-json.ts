/**
 * Writes a JSON value so that equal values give equal text: members sorted by the UTF-16 code units of their names, without
 * those that are undefined, and no white space (RFC 8785).
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  // Written out, and not sorted into another object: an object lists names like "10" before all others, in their own order.
  const object = value as Readonly<Record<string, unknown>>;
  let members = '';
  for (const name of sortedNames(object)) {
    const member = object[name];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${quote(name)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

/** Most objects list their names in order already, and looking costs less than sorting. */
function sortedNames(object: object): readonly string[] {
  const names = Object.keys(object);
  const isSorted = names.every((name, index) => index === 0 || (names[index - 1] ?? '') <= name);
  return isSorted ? names : names.sort();
}

const [FIRST_PRINTABLE, LAST_PRINTABLE, QUOTATION_MARK, BACKSLASH] = [0x20, 0x7e, 0x22, 0x5c] as const;

/** As `JSON.stringify`, which takes three times as long for a short text that has nothing to escape. */
function quote(text: string): string {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const isPlain = unit >= FIRST_PRINTABLE && unit <= LAST_PRINTABLE;
    if (!isPlain || unit === QUOTATION_MARK || unit === BACKSLASH) return JSON.stringify(text);
  }
  return `"${text}"`;
}
