/**
 * A text of somebody else's on one line, with nothing in it that a terminal obeys. A field may hold whatever its author
 * wrote: a line feed could forge the next line of a report, an escape sequence colour or wipe it, and a change of direction
 * (CVE-2021-42574) turn it around.
 */
export function singleLine(text: string): string {
  // Asked first: most texts hold none, and to replace nothing costs many times as much.
  if (!OBEYED.test(text)) return text;
  return text.replaceAll(EVERY_OBEYED, (character) => ESCAPES[character] ?? hexadecimal(character));
}

const OBEYED = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;
const EVERY_OBEYED = new RegExp(OBEYED, 'gu');

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function hexadecimal(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
