// Both begin with a letter: a quote would be tried at every string.
const KEY = Buffer.from('managedFields":[');
const UPDATE = Buffer.from('UPDATE"');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
// `[` and `{`, and `]` and `}`, differ in one bit.
const BRACES = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/**
 * Returns the text of a review with its lists of managedFields emptied. No check reads them, they are two fifths of the
 * bytes, and the bound on values must not depend on how many clients have written an object.
 *
 * In valid JSON an unescaped quote before the name starts a key, so nothing inside a string is mistaken for it. Where a list
 * does not end, the text is returned as it is and the parser reports the error. A second list, of the object before an
 * update, is emptied only where the review says UPDATE, which the API server writes before the objects.
 */
export function withoutManagedFields(review: Buffer): string {
  const kept: Buffer[] = [];
  let from = 0;
  let key = review.indexOf(KEY);
  const isUpdate = key >= 0 && review.subarray(0, key).includes(UPDATE);
  while (key >= 0) {
    const start = key + KEY.length;
    const isKey = review[key - 1] === QUOTE && review[key - 2] !== BACKSLASH;
    const end = isKey ? endOfList(review, start) : start;
    if (end < 0) break;
    kept.push(review.subarray(from, start));
    from = end;
    if (isKey && !isUpdate) break;
    key = review.indexOf(KEY, from);
  }
  if (kept.length === 0) return review.toString('utf8');
  kept.push(review.subarray(from));
  return Buffer.concat(kept).toString('utf8');
}

/** Returns the index of the closing bracket of the list whose content starts at `start`, or -1. */
function endOfList(json: Buffer, start: number): number {
  let depth = 1;
  for (let index = start; index < json.length; index++) {
    const byte = json[index]!;
    if (byte === QUOTE) index = endOfString(json, index + 1);
    else if ((byte | BRACES) === OPENING) depth += 1;
    else if ((byte | BRACES) === CLOSING && --depth === 0) return index;
  }
  return -1;
}

/** Returns the index of the closing quote of the string whose content starts at `start`, or the end of the bytes. */
function endOfString(json: Buffer, start: number): number {
  let index = start;
  while (index < json.length && json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1;
  return index;
}
