// Both begin with a letter: what begins with a quote would be tried at every string.
const KEY = Buffer.from('managedFields":[');
const UPDATE = Buffer.from('UPDATE"');

/** Where the parts that stay are put together: texts that are joined are copied once more before they are parsed. */
const ROOM = Buffer.allocUnsafeSlow(64 * 1024);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
// `[` and `{`, and `]` and `}`, differ in one bit.
const BRACES = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/**
 * The text of a review with its lists of managedFields emptied: who owns which field is two fifths of the bytes, no check
 * reads it, and parsing it would cost more than the whole contract. In valid JSON a quote before the name is the
 * beginning of a key, unless it is escaped, so nothing that stands inside a string is taken for it. Of what a list holds
 * only strings and brackets are looked at; where it does not end, the text comes back as it was, and the parser says what
 * is wrong. A second list is looked for where there is an object before the update, which the API server says first; where
 * a name or a label only says so, a list more is emptied that nobody reads.
 */
export function withoutManagedFields(review: Buffer): string {
  let key = review.indexOf(KEY);
  if (key < 0) return review.toString('utf8');
  const isUpdate = review.subarray(0, key).includes(UPDATE);
  const kept = review.length > ROOM.length ? Buffer.allocUnsafe(review.length) : ROOM;
  let length = 0;
  let from = 0;
  while (key >= 0) {
    const start = key + KEY.length;
    const isWhole = review[key - 1] === QUOTE && review[key - 2] !== BACKSLASH;
    const end = isWhole ? endOfList(review, start) : start;
    if (end < 0) break;
    length += review.copy(kept, length, from, start);
    from = end;
    if (isWhole && !isUpdate) break;
    key = review.indexOf(KEY, from);
  }
  length += review.copy(kept, length, from);
  return kept.toString('utf8', 0, length);
}

/** Where the list whose content begins at `start` has its closing bracket; -1 where it has none. */
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

/** Where the string whose content begins at `start` has its closing quote; the end of the bytes where it has none. */
function endOfString(json: Buffer, start: number): number {
  let index = start;
  while (index < json.length && json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1;
  return index;
}
