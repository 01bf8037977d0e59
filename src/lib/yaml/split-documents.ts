/** A piece of a YAML stream between two separator lines. */
export interface DocumentText {
  readonly text: string;
  /** Line of the stream, from 1, on which the text starts. */
  readonly line: number;
  /** Set where the separator line above carries more than a comment: kubectl refuses that, or reads it. */
  readonly badSeparator?: string;
}

// kubectl looks for separators from line feed to line feed, but hands one with nothing before it on to go-yaml, to which
// these end a line as well: behind a comment a whole document can follow.
const HIDDEN_BREAK = /[\r\u0085\u2028\u2029]/;

/**
 * Splits a YAML stream as kubectl does: at every line that starts with `---`, wherever it stands, so that one broken
 * document does not swallow the next.
 */
export function* splitDocuments(input: string, firstLine = 1): Generator<DocumentText> {
  // kubectl reads line by line and drops the carriage return before each line feed.
  const stream = input.includes('\r\n') ? input.replaceAll('\r\n', '\n') : input;
  let start = 0;
  let line = firstLine;
  let badSeparator: string | undefined;
  for (;;) {
    const separator = nextSeparator(stream, start);
    const text = stream.slice(start, separator === -1 ? undefined : separator);
    // kubectl ends every line, the last one too.
    yield { text: text.endsWith('\n') ? text : `${text}\n`, line, badSeparator };
    if (separator === -1) return;
    line += countLines(text);
    const end = stream.indexOf('\n', separator);
    const rest = stream.slice(separator + 3, end === -1 ? undefined : end).trim();
    const isHarmless = rest === '' || (rest.startsWith('#') && !HIDDEN_BREAK.test(rest));
    badSeparator = isHarmless ? undefined : rest;
    if (end === -1) {
      if (badSeparator !== undefined) yield { text: '\n', line, badSeparator };
      return;
    }
    start = end + 1;
    line += 1;
  }
}

function nextSeparator(stream: string, start: number): number {
  if (stream.startsWith('---', start)) return start;
  const found = stream.indexOf('\n---', start);
  return found === -1 ? -1 : found + 1;
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
