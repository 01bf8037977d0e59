import { getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { readInteger, resolvePlainScalar } from './resolve-plain-scalar.ts';
import { YamlFault } from './yaml-fault.ts';

// js-yaml drops the blank line, and libyaml keeps it as a line feed.
const ESCAPED_BREAK_THEN_BLANK = /(?:^|[^\\])(?:\\\\)*\\(?:\r\n?|\n)[ \t]*[\r\n]/;
const TAG_PREFIX = 'tag:yaml.org,2002:';

/** A scalar as written. */
export interface ScalarText {
  readonly text: string;
  /** The full tag name; '' where there is none. */
  readonly tag: string;
  /** Unquoted, or with the tag `!`: what libyaml calls implicit. */
  readonly implicit: boolean;
}

/** What a scalar means before it has to fit JSON; a `bigint` is an integer that a number cannot hold exactly. */
type ScalarMeaning = string | number | bigint | boolean | null;

/** Reads a scalar's text and tag from the source. */
export function scalarText(source: string, event: ScalarEvent): ScalarText {
  const text = getScalarValue(source, event);
  if (event.style === SCALAR_STYLE.DOUBLE_QUOTED && !event.fast) refuseMisreadBreak(source, event);
  if (event.tagStart === -1) return { text, tag: '', implicit: event.style === SCALAR_STYLE.PLAIN };
  const written = source.slice(event.tagStart, event.tagEnd);
  if (written.includes('%')) {
    throw new YamlFault(`the tag ${written} is percent-encoded: write it plainly`, event.tagStart);
  }
  if (written.startsWith('!!')) return { text, tag: TAG_PREFIX + written.slice(2), implicit: false };
  if (written.startsWith('!<')) return { text, tag: written.slice(2, -1), implicit: false };
  return { text, tag: written, implicit: written === '!' };
}

function refuseMisreadBreak(source: string, { valueStart, valueEnd }: ScalarEvent): void {
  if (!ESCAPED_BREAK_THEN_BLANK.test(source.slice(valueStart, valueEnd))) return;
  throw new YamlFault(
    'a blank line follows an escaped line break, which is read in two ways: write \\n',
    valueStart,
  );
}

/** Whether a key merges what it has into its mapping. A quoted `<<` is a key like any other. */
export function isMergeKey({ text, tag, implicit }: ScalarText): boolean {
  return text === '<<' && (implicit || tag === `${TAG_PREFIX}merge`);
}

/** The JSON value of a scalar as kubectl reads it; throws a {@link YamlFault} for what JSON cannot carry exactly. */
export function scalarValue(scalar: ScalarText, offset: number): string | number | boolean | null {
  const meaning = scalarMeaning(scalar, offset);
  if (typeof meaning === 'bigint') {
    const advice = 'write it as a quoted string or a smaller number';
    throw new YamlFault(`the number ${scalar.text} is beyond 2^53 and would be rounded: ${advice}`, offset);
  }
  if (typeof meaning !== 'number') return meaning;
  if (!Number.isFinite(meaning)) {
    throw new YamlFault(`${scalar.text} has no form in JSON: write a finite number or quote it`, offset);
  }
  // JSON numbers pass through int64 in Kubernetes, which has no negative zero.
  return meaning + 0;
}

/** What a scalar means by the rules of go-yaml v2; throws a {@link YamlFault} where the text does not fit its tag. */
function scalarMeaning({ text, tag, implicit }: ScalarText, offset: number): ScalarMeaning {
  if (tag === '') return implicit ? resolvePlainScalar(text) : text;
  if (tag === `${TAG_PREFIX}binary`) return binaryText(text, offset);
  const wanted = TYPES_OF_TAGS.get(tag);
  if (wanted === undefined) return text;
  const meaning = resolvePlainScalar(text);
  if (!wanted(meaning)) {
    const name = tag.slice(TAG_PREFIX.length);
    throw new YamlFault(
      `${JSON.stringify(text)} is not a ${name}: correct the value or drop the tag`,
      offset,
    );
  }
  return meaning;
}

// Every tag that is not in this table leaves the text as it is: `!`, `!!str`, `!!timestamp` and unknown ones alike.
const TYPES_OF_TAGS = new Map<string, (meaning: ScalarMeaning) => boolean>([
  [`${TAG_PREFIX}bool`, (meaning) => typeof meaning === 'boolean'],
  [`${TAG_PREFIX}null`, (meaning) => meaning === null],
  [`${TAG_PREFIX}int`, (meaning) => Number.isInteger(meaning) || typeof meaning === 'bigint'],
  [`${TAG_PREFIX}float`, (meaning) => typeof meaning === 'number' || typeof meaning === 'bigint'],
]);

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function binaryText(text: string, offset: number): string {
  const encoded = text.replaceAll(/[\r\n]/g, '');
  if (!BASE64.test(encoded)) throw new YamlFault('!!binary holds invalid base64: correct it', offset);
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new YamlFault(
      '!!binary holds bytes that are not UTF-8, which JSON cannot carry: keep the base64 text as a string',
      offset,
    );
  }
}

/**
 * The JSON key for a mapping key, as sigs.k8s.io/yaml writes it: `true` for `yes`, decimal for an integer, and the
 * shortest single-precision form for a float. Throws a {@link YamlFault} for null.
 */
export function keyText(scalar: ScalarText, offset: number): string {
  const meaning = scalarMeaning(scalar, offset);
  if (typeof meaning === 'string') return meaning;
  if (meaning === null) throw new YamlFault('a key is empty or null: give it a name, or quote it', offset);
  if (typeof meaning !== 'number') return String(meaning);
  const integer = scalar.tag.endsWith(':float') ? undefined : readInteger(scalar.text.replaceAll('_', ''));
  if (integer === undefined) return singlePrecision(meaning);
  if (!Number.isSafeInteger(integer))
    throw new YamlFault(`the key ${scalar.text} is beyond int64: quote it`, offset);
  return String(integer);
}

// strconv.FormatFloat(value, 'g', -1, 32): fewest digits that read back as the same float32, with an exponent of at
// least two digits below 1e-4 and from 1e6 on.
function singlePrecision(value: number): string {
  const single = Math.fround(value);
  if (Number.isNaN(single)) return '.nan';
  if (!Number.isFinite(single)) return single > 0 ? '.inf' : '-.inf';
  if (Object.is(single, -0)) return '-0';
  let precision = 1;
  while (precision < 9 && Math.fround(Number(single.toPrecision(precision))) !== single) precision += 1;
  const [mantissa = '', exponent = '0'] = single.toExponential(precision - 1).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(`${mantissa}e${exponent}`));
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
