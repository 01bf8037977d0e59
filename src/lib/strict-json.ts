/** A JSON value, or why the text is refused, as a clause: `the key "a" appears twice in one object`. */
export type StrictJson = { readonly value: unknown } | { readonly problem: string };

/** Deepest nesting of objects and lists. */
export const MAX_JSON_DEPTH = 64;

interface State {
  readonly text: string;
  readonly maxValues: number;
  values: number;
  at: number;
  depth: number;
}

class Refusal extends Error {}

const WHITESPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const LITERALS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

/**
 * Parses JSON that every other parser reads in the same way, so that what is decided is what is acted upon. Beside what JSON
 * forbids, it refuses a key that appears twice in an object, the key `__proto__`, lone surrogates, more than
 * {@link MAX_JSON_DEPTH} levels, a number that is another one once it is written again, and more than `maxValues` values.
 * Objects and lists count as values, as does each of their members; keys do not.
 */
export function parseStrictJson(text: string, maxValues = Number.POSITIVE_INFINITY): StrictJson {
  const state: State = { text, maxValues, values: 0, at: 0, depth: 0 };
  try {
    const value = readValue(state);
    skipWhitespace(state);
    if (state.at < text.length) throw expected(state, 'the end');
    return { value };
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.message };
    throw error;
  }
}

function readValue(state: State): unknown {
  state.values += 1;
  if (state.values > state.maxValues) {
    throw new Refusal(`it has more than ${state.maxValues} values`);
  }
  skipWhitespace(state);
  const character = state.text[state.at];
  if (character === '{') return readObject(state);
  if (character === '[') return readList(state);
  if (character === '"') return readString(state);
  for (const [word, value] of LITERALS) {
    if (!state.text.startsWith(word, state.at)) continue;
    state.at += word.length;
    return value;
  }
  return readNumber(state);
}

function readObject(state: State): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  readMembers(state, '}', () => {
    skipWhitespace(state);
    const key = readString(state);
    if (Object.hasOwn(object, key)) throw new Refusal(`the key ${quote(key)} appears twice in one object`);
    if (key === '__proto__') throw new Refusal('the key "__proto__" is not allowed');
    skipWhitespace(state);
    if (state.text[state.at] !== ':') throw expected(state, 'a colon');
    state.at += 1;
    object[key] = readValue(state);
  });
  return object;
}

function readList(state: State): unknown[] {
  const list: unknown[] = [];
  readMembers(state, ']', () => void list.push(readValue(state)));
  return list;
}

function readMembers(state: State, bracket: string, readMember: () => void): void {
  state.depth += 1;
  if (state.depth > MAX_JSON_DEPTH)
    throw new Refusal(`values are nested in more than ${MAX_JSON_DEPTH} levels`);
  state.at += 1;
  skipWhitespace(state);
  if (state.text[state.at] !== bracket) {
    readMember();
    for (skipWhitespace(state); state.text[state.at] === ','; skipWhitespace(state)) {
      state.at += 1;
      readMember();
    }
    if (state.text[state.at] !== bracket) throw expected(state, `a comma or "${bracket}"`);
  }
  state.at += 1;
  state.depth -= 1;
}

function readString(state: State): string {
  const written = match(state, STRING);
  if (written === null) throw expected(state, 'a string');
  const text = decodeString(written);
  if (text === null) throw expected(state, 'a string without control characters and unknown escapes');
  if (!text.isWellFormed()) throw new Refusal(`the text ${quote(text)} has half of a surrogate pair`);
  state.at += written.length;
  return text;
}

function decodeString(written: string): string | null {
  try {
    return String(JSON.parse(written));
  } catch {
    return null;
  }
}

function readNumber(state: State): number {
  const written = match(state, NUMBER);
  if (written === null) throw expected(state, 'a value');
  const number = Number(written);
  if (decimalOf(JSON.stringify(number)) !== decimalOf(written)) {
    throw new Refusal(`the number ${quote(written)} is ${number} once it is read; write it as a string`);
  }
  state.at += written.length;
  return number;
}

/** One text for each decimal number: sign, digits without zeros at either end, and the power of ten of the last digit. */
function decimalOf(written: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(written) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = trimZeros(digits);
  if (significant === '') return `${sign}0`;
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/** Without the zeros at the end, in linear time. */
function trimZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

function skipWhitespace(state: State): void {
  WHITESPACE.lastIndex = state.at;
  WHITESPACE.test(state.text);
  state.at = WHITESPACE.lastIndex;
}

function match(state: State, pattern: RegExp): string | null {
  pattern.lastIndex = state.at;
  return pattern.exec(state.text)?.[0] ?? null;
}

function expected({ text, at }: State, what: string): Refusal {
  const found = at < text.length ? quote(String.fromCodePoint(text.codePointAt(at) ?? 0)) : 'the end';
  return new Refusal(`found ${found} at offset ${at} where JSON has ${what}`);
}

const MAX_QUOTED_CHARACTERS = 64;

function quote(text: string): string {
  return JSON.stringify(text.slice(0, MAX_QUOTED_CHARACTERS));
}
