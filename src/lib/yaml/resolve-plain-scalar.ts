// The words that go-yaml v2 (what kubectl reads YAML with) takes for something other than a string. It follows
// YAML 1.1, so `privileged: yes`, `on` and `y` are all true.
const WORDS = new Map<string, boolean | null | number>([
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
const SPECIAL = new Set(Array.from('yYnNtTfFoO~+-.0123456789', (character) => character.charCodeAt(0)));

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const DOT_FLOAT = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;
const SMALL_INTEGER = /^[1-9][0-9]{0,14}$/;

/**
 * The value that kubectl gives an unquoted scalar without a tag. A number that goes past 64 bits and is no float, a
 * date and anything not listed stay strings; base 60 (`1:30`) is not a number. A `bigint` is an integer that a
 * JavaScript number cannot hold exactly.
 */
export function resolvePlainScalar(text: string): string | number | bigint | boolean | null {
  const first = text.charCodeAt(0);
  if (text !== '' && !SPECIAL.has(first)) return text;
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (first > 57) return text;
  if (SMALL_INTEGER.test(text)) return Number(text);
  if (first === 46) return finite(text, DOT_FLOAT) ?? text;
  const digits = text.includes('_') ? text.replaceAll('_', '') : text;
  return readInteger(digits) ?? finite(digits, FLOAT) ?? text;
}

// strconv.ParseFloat refuses what overflows, so such a text stays a string.
function finite(text: string, pattern: RegExp): number | undefined {
  if (!pattern.test(text)) return undefined;
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? value : undefined;
}

const INTEGER = /^([-+]?)(?:0[bB]([01]+)|0[xX]([0-9a-fA-F]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const SIGN_BEHIND_PREFIX = /^0b[-+][01]+$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * Reads an integer as Go does with base 0: `0b`, `0o` or a leading `0` for octal, `0x`, otherwise decimal. Returns
 * undefined for anything else and for what does not fit 64 bits, and a `bigint` where a number would not be exact.
 */
export function readInteger(text: string): number | bigint | undefined {
  // go-yaml reads the digits behind 0b a second time, and then takes a sign: 0b-1 is -1.
  if (SIGN_BEHIND_PREFIX.test(text)) return readInteger(`${text.slice(2, 3)}0b${text.slice(3)}`);
  const match = INTEGER.exec(text);
  if (match === null) return undefined;
  const [, sign, binary, hexadecimal, octal, decimal] = match;
  const magnitude = BigInt(
    binary !== undefined
      ? `0b${binary}`
      : hexadecimal !== undefined
        ? `0x${hexadecimal}`
        : octal !== undefined
          ? `0o${octal}`
          : (decimal ?? ''),
  );
  const value = sign === '-' ? -magnitude : magnitude;
  // Beyond int64 an unsigned number without a sign is still read, and then becomes a float in JSON.
  if (value > MAX_INT64) return sign === '' && value <= MAX_UINT64 ? Number(value) : undefined;
  if (value < MIN_INT64) return undefined;
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}
