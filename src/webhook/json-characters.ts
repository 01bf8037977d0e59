/** Codes of the characters by which JSON is read without parsing it; the same in UTF-8 and UTF-16. */
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const COMMA = 0x2c;

// `[` and `{`, and `]` and `}`, differ in one bit.
const BRACES = 0x20;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** Whether an object or a list begins. */
export function isOpening(character: number): boolean {
  return (character | BRACES) === OPENING;
}

/** Whether an object or a list ends. */
export function isClosing(character: number): boolean {
  return (character | BRACES) === CLOSING;
}
