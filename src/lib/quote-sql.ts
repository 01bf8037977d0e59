/** Bytes of UTF-8. PostgreSQL cuts a longer name without an error (NAMEDATALEN), so that two names could be one. */
const MAX_NAME_BYTES = 63;

/**
 * Returns the name as a quoted identifier of SQL, which stands for exactly this name. Throws a RangeError for a text that is no
 * name of PostgreSQL: an empty one, one of more than 63 bytes, with NUL, or with half a surrogate pair.
 */
export function quoteIdentifier(name: string): string {
  requireText(name, 'a name');
  if (name === '') throw new RangeError('a name of SQL cannot be empty');
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_NAME_BYTES)
    throw new RangeError(`a name of SQL has at most ${MAX_NAME_BYTES} bytes, and one was given of ${bytes}`);
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Returns the text as a string constant of SQL, for statements that take no parameters. Throws a RangeError for a text that
 * PostgreSQL cannot store: one with NUL, or with half a surrogate pair.
 */
export function quoteLiteral(text: string): string {
  requireText(text, 'a text');
  const quoted = text.replaceAll("'", "''");
  // The form with E means the same whether standard_conforming_strings is on or off.
  return text.includes('\\') ? `E'${quoted.replaceAll('\\', String.raw`\\`)}'` : `'${quoted}'`;
}

function requireText(text: string, what: string): void {
  if (text.includes('\0')) throw new RangeError(`${what} of SQL cannot have NUL`);
  if (!text.isWellFormed()) throw new RangeError(`${what} of SQL cannot have half a surrogate pair`);
}
