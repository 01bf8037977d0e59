import { SCALAR_STYLE, getScalarValue } from 'js-yaml';
import type { ScalarEvent } from 'js-yaml';
import { resolvePlainScalar } from './resolve-plain-scalar.ts';
import { YamlFault } from './yaml-fault.ts';

const prefix = 'tag:yaml.org,2002:';

/** The text of a scalar, and whether go-yaml guesses its type: an unquoted one without a tag, or any with the tag `!`. */
export interface ScalarText {
  readonly text: string;
  readonly tag: string;
  readonly implicit: boolean;
}

/** Reads a scalar's text and tag from the source; the tag is '' where there is none. */
export function scalarText(source: string, event: ScalarEvent): ScalarText {
  const text = getScalarValue(source, event);
  if (event.tagStart === -1) return { text, tag: '', implicit: event.style === SCALAR_STYLE.PLAIN };
  const written = source.slice(event.tagStart, event.tagEnd);
  if (written.includes('%'))
    throw new YamlFault(`the tag ${written} is percent-encoded: write it plainly`, event.tagStart);
  // libyaml takes the tag `!` for no tag, even before a quoted scalar, so `! "yes"` is true. With nothing after it
  // the scalar is an empty string.
  if (written === '!') return { text, tag: '', implicit: event.valueStart !== -1 };
  if (written.startsWith('!!')) return { text, tag: prefix + written.slice(2), implicit: false };
  if (written.startsWith('!<')) return { text, tag: written.slice(2, -1), implicit: false };
  return { text, tag: written, implicit: false };
}

/** The JSON value of a scalar as kubectl reads it; throws a {@link YamlFault} for what JSON cannot carry exactly. */
export function scalarValue(scalar: ScalarText, offset: number): string | number | boolean | null {
  const value = scalar.implicit ? resolvePlainScalar(scalar.text) : taggedValue(scalar, offset);
  if (typeof value === 'bigint') {
    throw new YamlFault(
      `the number ${scalar.text} is beyond 2^53 and would be rounded: write it as a quoted string or a smaller number`,
      offset,
    );
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new YamlFault(`${scalar.text} has no form in JSON: write a finite number or quote it`, offset);
  }
  return value;
}

function taggedValue({ text, tag }: ScalarText, offset: number): string | number | bigint | boolean | null {
  if (tag === `${prefix}binary`) return binaryText(text, offset);
  const wanted = wantedTypes.get(tag);
  if (wanted === undefined) return text;
  const value = resolvePlainScalar(text);
  if (!wanted(value))
    throw new YamlFault(
      `${JSON.stringify(text)} is not a ${tag.slice(prefix.length)}: correct the value or drop the tag`,
      offset,
    );
  return value;
}

// Every tag that is not in this table leaves the text as it is, `!!str`, `!!timestamp` and unknown ones alike.
const wantedTypes = new Map<string, (value: unknown) => boolean>([
  [`${prefix}bool`, (value) => typeof value === 'boolean'],
  [`${prefix}null`, (value) => value === null],
  [`${prefix}int`, (value) => Number.isInteger(value) || typeof value === 'bigint'],
  [`${prefix}float`, (value) => typeof value === 'number' || typeof value === 'bigint'],
]);

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function binaryText(text: string, offset: number): string {
  const encoded = text.replaceAll(/[\r\n]/g, '');
  if (!base64.test(encoded)) throw new YamlFault('!!binary holds invalid base64: correct it', offset);
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
