/**
 * A text of somebody else's on one line, with nothing in it that a terminal obeys. A field may hold whatever its author
 * wrote: a line feed could forge the next line of a report, and an escape sequence colour or wipe it.
 */
export function singleLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => ESCAPES[character] ?? hexadecimal(character));
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function hexadecimal(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
