import { type Event, parseEvents, YAMLException } from 'js-yaml';
import { YamlFault } from './yaml-fault.ts';

/** The events of a text; where lines had to be indented they point into the text given back. */
export interface ParsedEvents {
  readonly text: string;
  readonly events: readonly Event[];
}

// go-yaml v2 follows YAML 1.1, where these end a line, and skips a byte order mark at the start of one; js-yaml follows
// YAML 1.2 and does neither. A key could hide behind the difference.
const MISREAD_CHARACTERS = /[\u0085\u2028\u2029]|[\r\n]\uFEFF/;
const BYTE_ORDER_MARK = 0xfeff;
const MAX_DEPTH = 1000;
const MAX_REPARSED_CHARACTERS = 64 * 2 ** 20;

/**
 * Parses as js-yaml does, and also what libyaml takes beyond it: lines inside brackets or quotes that are indented less
 * than YAML 1.2 asks for, such as a `]` below the key it belongs to. Such a line is indented and the text parsed anew;
 * leading blanks mean nothing there, and line numbers stay. Throws a {@link YamlFault} for all else.
 */
export function parseLenientEvents(original: string): ParsedEvents {
  refuseMisreadCharacters(original);
  let text = original;
  let previous = -1;
  for (let parsed = 0; ; parsed += text.length) {
    try {
      return { text, events: parseEvents(text, { maxDepth: MAX_DEPTH }) };
    } catch (error) {
      if (!(error instanceof YAMLException) || error.mark === undefined) throw error;
      const { line, position } = error.mark;
      const start = position - error.mark.column;
      const opensLine = /^[ \t]*$/.test(text.slice(start, position));
      const mayRepair = error.reason === 'deficient indentation' && opensLine && line > previous;
      if (!mayRepair || parsed > MAX_REPARSED_CHARACTERS) throw faultOf(original, error.reason, line);
      text = text.slice(0, start) + ' '.repeat(deepestColumn(text, start)) + text.slice(start);
      previous = line;
    }
  }
}

function refuseMisreadCharacters(text: string): void {
  const found = MISREAD_CHARACTERS.exec(text);
  if (found === null) return;
  const offset = found.index + found[0].length - 1;
  const character = text.charCodeAt(offset);
  const code = character.toString(16).toUpperCase().padStart(4, '0');
  const reading = character === BYTE_ORDER_MARK ? 'skips' : 'reads as a line break';
  throw new YamlFault(`kubectl ${reading} the character U+${code} here: remove it or escape it`, offset);
}

// One more than the column of any block collection that starts above: no bracket or quote can be held to more.
function deepestColumn(text: string, end: number): number {
  let deepest = 0;
  for (const prefix of text.slice(0, end).matchAll(/^[ ?:-]+/gm))
    deepest = Math.max(deepest, prefix[0].length);
  return deepest + 1;
}

function faultOf(text: string, reason: string, line: number): YamlFault {
  let offset = 0;
  for (let passed = 0; passed < line; passed += 1) offset = text.indexOf('\n', offset) + 1;
  const advice =
    reason === 'deficient indentation' ? 'indent the line with spaces, not tabs' : 'correct the YAML';
  return new YamlFault(`${reason}: ${advice}`, offset);
}
