const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
// `[` and `{` differ in one bit.
const BRACES = 0x20;
const OPENING = 0x7b;

/**
 * Whether JSON holds more values than `most`, told by its commas and opening brackets without parsing it: an empty object
 * is two bytes on the wire and more than fifty in memory.
 */
export function holdsMoreValues(json: string, most: number): boolean {
  // Each of them is a character: a review of ordinary size is not read for this at all.
  if (json.length <= most) return false;
  let values = 0;
  for (let index = 0; index < json.length; index++) {
    const character = json.charCodeAt(index);
    if (character === QUOTE) index = endOfString(json, index + 1);
    else if (character === COMMA || (character | BRACES) === OPENING) values += 1;
    if (values > most) return true;
  }
  return false;
}

/** Where the string whose content begins at `start` has its closing quote; the end of the text where it has none. */
function endOfString(json: string, start: number): number {
  let index = start;
  while (index < json.length && json.charCodeAt(index) !== QUOTE) {
    index += json.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}
