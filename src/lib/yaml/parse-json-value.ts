import type { Positions } from './construct-value.ts';
import { YamlFault } from './yaml-fault.ts';

/** A JSON value, its offset and the offset behind it. */
export interface ParsedJson {
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
}

/** Where the members of each object and the items of each list start: a member at its key. */
export type MemberOffsets = Map<object, Map<string | number, number>>;

interface State {
  readonly text: string;
  readonly positions: Positions;
  readonly members: MemberOffsets | undefined;
  at: number;
  depth: number;
}

/** The text is not JSON, so kubectl would try it as YAML. */
export class JsonSyntaxFault extends YamlFault {}

const MAX_DEPTH = 1000;
const WHITESPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const LITERALS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * Parses one JSON value that starts at or after `start` (whitespace is skipped) and says where it ends, so that several
 * may follow one another as in kubectl's JSON streams. Throws a {@link YamlFault} for bad JSON, for a duplicate key
 * and for an integer that would be rounded. Fills in `members` if it is given.
 */
export function parseJsonValue(
  text: string,
  start: number,
  positions: Positions,
  members?: MemberOffsets,
): ParsedJson {
  const state: State = { text, positions, members, at: start, depth: 0 };
  skip(state);
  const from = state.at;
  return { value: value(state), start: from, end: state.at };
}

function skip(state: State): void {
  WHITESPACE.lastIndex = state.at;
  WHITESPACE.test(state.text);
  state.at = WHITESPACE.lastIndex;
}

function value(state: State): unknown {
  const character = state.text[state.at];
  if (character === '{') return object(state);
  if (character === '[') return array(state);
  if (character === '"') return string(state);
  for (const [word, meaning] of LITERALS) {
    if (state.text.startsWith(word, state.at)) {
      state.at += word.length;
      return meaning;
    }
  }
  return numeral(state);
}

function object(state: State): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const offsets = startMembers(state, result);
  if (state.depth <= 2) state.positions.set(result, state.at);
  enter(state);
  if (closes(state, '}')) return result;
  do {
    skip(state);
    const at = state.at;
    const key = string(state);
    offsets?.set(key, at);
    if (Object.hasOwn(result, key))
      throw new YamlFault(`the key ${JSON.stringify(key)} appears twice in one object: keep one`, at);
    skip(state);
    if (state.text[state.at] !== ':') throw unexpected(state, 'a colon');
    state.at += 1;
    skip(state);
    const member = value(state);
    if (key === '__proto__')
      Object.defineProperty(result, key, {
        value: member,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else result[key] = member;
  } while (continues(state, '}'));
  return result;
}

function array(state: State): unknown[] {
  const result: unknown[] = [];
  const offsets = startMembers(state, result);
  enter(state);
  if (closes(state, ']')) return result;
  do {
    skip(state);
    offsets?.set(result.length, state.at);
    result.push(value(state));
  } while (continues(state, ']'));
  return result;
}

function startMembers({ members }: State, of: object): Map<string | number, number> | undefined {
  if (members === undefined) return undefined;
  const offsets = new Map<string | number, number>();
  members.set(of, offsets);
  return offsets;
}

function enter(state: State): void {
  state.depth += 1;
  if (state.depth > MAX_DEPTH)
    throw new YamlFault(`values are nested too deeply: keep them under ${MAX_DEPTH} levels`, state.at);
  state.at += 1;
}

function closes(state: State, bracket: string): boolean {
  skip(state);
  if (state.text[state.at] !== bracket) return false;
  state.at += 1;
  state.depth -= 1;
  return true;
}

function continues(state: State, bracket: string): boolean {
  if (closes(state, bracket)) return false;
  if (state.text[state.at] !== ',') throw unexpected(state, `a comma or ${bracket}`);
  state.at += 1;
  return true;
}

function string(state: State): string {
  if (state.text[state.at] !== '"') throw unexpected(state, 'a quoted string');
  let end = state.text.indexOf('"', state.at + 1);
  while (end !== -1 && isEscaped(state.text, end)) end = state.text.indexOf('"', end + 1);
  if (end === -1) throw unexpected(state, 'the closing quote of this string');
  try {
    const result: unknown = JSON.parse(state.text.slice(state.at, end + 1));
    state.at = end + 1;
    return String(result);
  } catch {
    throw unexpected(state, 'a string without control characters and unknown escapes');
  }
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

function numeral(state: State): number {
  NUMBER.lastIndex = state.at;
  const match = NUMBER.exec(state.text);
  if (match === null) throw unexpected(state, 'a value');
  const [written, fraction, exponent] = match;
  const result = Number(written) + 0;
  const isInteger = fraction === undefined && exponent === undefined;
  // An integer past int64 is a float to kubectl too.
  if (isInteger && !Number.isSafeInteger(result) && Math.abs(result) <= 2 ** 63) {
    throw new YamlFault(
      `the number ${written} is beyond 2^53 and would be rounded: write it as a string or a smaller number`,
      state.at,
    );
  }
  if (!Number.isFinite(result))
    throw new YamlFault(`the number ${written} is out of range: write a smaller one`, state.at);
  state.at = NUMBER.lastIndex;
  return result;
}

function unexpected(state: State, wanted: string): JsonSyntaxFault {
  const found = state.at < state.text.length ? JSON.stringify(state.text[state.at]) : 'the end';
  return new JsonSyntaxFault(`found ${found} where JSON needs ${wanted}: correct it`, state.at);
}
