/** A regular expression as a tree. */
export type PatternNode =
  | { readonly type: 'Sequence'; readonly parts: readonly PatternNode[] }
  | { readonly type: 'Choice'; readonly options: readonly PatternNode[] }
  | { readonly type: 'Repeat'; readonly part: PatternNode; readonly min: number; readonly max: number }
  /** One character, as a regular expression of its own. */
  | { readonly type: 'Character'; readonly source: string }
  | { readonly type: 'Start' | 'End' };

/** The pattern uses what cannot be matched in linear time, or is not a regular expression. The message is a clause. */
export class PatternError extends Error {}

interface State {
  readonly source: string;
  at: number;
  depth: number;
}

/** Deepest nesting of groups. */
const MAX_DEPTH = 64;

const GROUP = /\((?:\?:|\?<[\p{L}_$][\p{L}\p{N}_$]*>)?/uy;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;
/** A class ends at the first bracket that is not escaped: without the flag `v`, classes do not nest. */
const CLASS = /\[(?:[^\]\\]|\\.)*\]/suy;
const ESCAPE =
  /\\(?:u\{[^}]*\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[^}]*\}|c[A-Za-z]|.)/suy;
const CHARACTER = /./suy;

/** What looks at the text around a place, or back at what was matched: no automaton does that in linear time. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/\(\?(?:<?[=!])/y, 'looks ahead or behind'],
  [/\(\?[^:<]/y, 'changes its flags'],
  [/\\(?:[1-9]|k)/y, 'refers back to a group'],
  [/\\[bB]/y, 'asks for the boundary of a word'],
];

/**
 * Parses the regular expressions of JSON Schema (ECMA-262, flag `u`) but for what needs backtracking. Throws a
 * {@link PatternError}.
 */
export function parsePattern(source: string): PatternNode {
  if (!isRegularExpression(source)) throw new PatternError('is not a regular expression');
  const state: State = { source, at: 0, depth: 0 };
  const node = parseChoice(state);
  if (state.at < source.length) throw new PatternError('is not a regular expression');
  return node;
}

function isRegularExpression(source: string): boolean {
  try {
    return new RegExp(source, 'u').unicode;
  } catch {
    return false;
  }
}

function parseChoice(state: State): PatternNode {
  const options = [parseSequence(state)];
  while (state.source[state.at] === '|') {
    state.at += 1;
    options.push(parseSequence(state));
  }
  return options.length === 1 ? options[0]! : { type: 'Choice', options };
}

function parseSequence(state: State): PatternNode {
  const parts: PatternNode[] = [];
  while (state.at < state.source.length && !'|)'.includes(state.source[state.at]!))
    parts.push(parseTerm(state));
  return { type: 'Sequence', parts };
}

function parseTerm(state: State): PatternNode {
  refuse(state);
  const start = state.source[state.at];
  if (start === '^' || start === '$') {
    state.at += 1;
    return { type: start === '^' ? 'Start' : 'End' };
  }
  return parseQuantifier(state, parseAtom(state));
}

function refuse(state: State): void {
  for (const [pattern, what] of REFUSED) {
    pattern.lastIndex = state.at;
    if (pattern.test(state.source)) {
      throw new PatternError(`${what}, which cannot be matched in a time that grows with the text only`);
    }
  }
}

function parseAtom(state: State): PatternNode {
  if (take(state, GROUP) !== null) {
    state.depth += 1;
    if (state.depth > MAX_DEPTH) throw new PatternError(`nests more than ${MAX_DEPTH} groups`);
    const group = parseChoice(state);
    state.depth -= 1;
    // The closing parenthesis: the pattern is a regular expression.
    state.at += 1;
    return group;
  }
  const source = take(state, CLASS) ?? take(state, ESCAPE) ?? take(state, CHARACTER);
  if (source === null) throw new PatternError('is not a regular expression');
  return { type: 'Character', source: source[0] };
}

function parseQuantifier(state: State, part: PatternNode): PatternNode {
  const found = take(state, QUANTIFIER);
  if (found === null) return part;
  const [, sign, least, comma, most] = found;
  if (sign !== undefined) {
    return { type: 'Repeat', part, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity };
  }
  const min = Number(least);
  if (comma === undefined) return { type: 'Repeat', part, min, max: min };
  return { type: 'Repeat', part, min, max: most === '' ? Infinity : Number(most) };
}

function take(state: State, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = state.at;
  const found = pattern.exec(state.source);
  if (found !== null) state.at = pattern.lastIndex;
  return found;
}
