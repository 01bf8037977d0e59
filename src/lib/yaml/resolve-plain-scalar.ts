import { readInteger } from './read-integer.ts';

// The words that go-yaml v2 (what kubectl reads YAML with) takes for something other than a string. It follows
// YAML 1.1, so `privileged: yes`, `on` and `y` are all true.
const words = new Map<string, boolean | null | number>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(
    (word) => [word, Number.POSITIVE_INFINITY] as const,
  ),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

// A word of the table or a number starts with one of these; every other plain scalar is a string.
const special = new Set(Array.from('yYnNtTfFoO~+-.0123456789', (character) => character.charCodeAt(0)));

const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const dotFloat = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;
const smallInteger = /^[1-9][0-9]{0,14}$/;

/**
 * The value that kubectl gives an unquoted scalar without a tag. A number that goes past 64 bits and is no float, a
 * date and anything not listed stay strings; base 60 (`1:30`) is not a number. A `bigint` is an integer that a
 * JavaScript number cannot hold exactly.
 */
export function resolvePlainScalar(text: string): string | number | bigint | boolean | null {
  const first = text.charCodeAt(0);
  if (text !== '' && !special.has(first)) return text;
  const word = words.get(text);
  if (word !== undefined) return word;
  if (first > 57) return text;
  if (smallInteger.test(text)) return Number(text);
  if (first === 46) return finite(text, dotFloat) ?? text;
  const digits = text.includes('_') ? text.replaceAll('_', '') : text;
  return readInteger(digits) ?? finite(digits, float) ?? text;
}

// strconv.ParseFloat refuses what overflows, so such a text stays a string.
function finite(text: string, pattern: RegExp): number | undefined {
  if (!pattern.test(text)) return undefined;
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? value : undefined;
}
