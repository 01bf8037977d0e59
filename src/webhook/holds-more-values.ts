const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
// `[` and `{`, and `]` and `}`, differ in one bit.
const BRACES = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/**
 * Whether JSON has more values than `maxValues`. Commas and opening brackets are counted without parsing: an empty object is
 * two bytes on the wire and more than fifty in memory. With `memberDepth` each member of the objects at that depth is counted
 * by itself; the members of the outermost object have depth 1.
 */
export function holdsMoreValues(json: string, maxValues: number, memberDepth?: number): boolean {
  // Each value is at least one character, so most reviews need no count.
  if (json.length <= maxValues) return false;
  let values = 0;
  let depth = 0;
  for (let index = 0; index < json.length; index++) {
    const character = json.charCodeAt(index);
    if (character === QUOTE) index = endOfString(json, index + 1);
    else if (character === COMMA) values = depth === memberDepth ? 0 : values + 1;
    else if ((character | BRACES) === OPENING) {
      values += 1;
      depth += 1;
    } else if ((character | BRACES) === CLOSING) depth -= 1;
    if (values > maxValues) return true;
  }
  return false;
}

/** Returns the index of the closing quote of the string that starts at `start`, or the end of the text. */
function endOfString(json: string, start: number): number {
  let index = start;
  while (index < json.length && json.charCodeAt(index) !== QUOTE) {
    index += json.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}
