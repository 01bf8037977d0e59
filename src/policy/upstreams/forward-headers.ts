import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';

/** Headers by name in lower case. */
export type ForwardedHeaders = Readonly<Record<string, string>>;

/**
 * What an agent may say to an upstream. None of it names a person, a host, a connection, an encoding of the answer or another
 * object that is read (`x-amz-copy-source`), and none changes the method that was decided.
 */
const FORWARDED: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'anthropic-beta',
  'anthropic-version',
  'cache-control',
  'content-encoding',
  'content-md5',
  'content-type',
  'git-protocol',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-event-id',
  'openai-beta',
  'pragma',
  'range',
  'user-agent',
  'x-amz-content-sha256',
  'x-amz-decoded-content-length',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-target',
  'x-amz-trailer',
  'x-github-api-version',
]);
/** Names of a header for each algorithm. */
const CHECKSUM = /^x-amz-checksum-[a-z0-9]{1,16}$/;

const VALUE = /^[\t\x20-\x7e]*$/;
const MAX_VALUE_CHARACTERS = 4_096;

export type FoundHeaders = { readonly headers: ForwardedHeaders } | { readonly finding: Finding };

/**
 * The headers of a request that go on, from names and values by turns as they came. Others are left out, and so are those that
 * `Connection` names (RFC 9110, section 7.6.1). One that would go on and is malformed or there twice is a finding.
 */
export function forwardHeaders(rawHeaders: readonly string[]): FoundHeaders {
  const forwarded = new Map<string, string>();
  const named = namedInConnection(rawHeaders);
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    if ((!FORWARDED.has(name) && !CHECKSUM.test(name)) || named.has(name)) continue;
    const isGood = VALUE.test(value) && value.length <= MAX_VALUE_CHARACTERS;
    if (forwarded.has(name) || !isGood) return { finding: malformed(name, forwarded.has(name)) };
    forwarded.set(name, value);
  }
  return { headers: Object.fromEntries(forwarded) };
}

function namedInConnection(rawHeaders: readonly string[]): ReadonlySet<string> {
  const values = rawHeaders.filter(
    (_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'connection',
  );
  return new Set(values.flatMap((value) => value.split(',')).map((name) => name.trim().toLowerCase()));
}

function malformed(name: string, isTwice: boolean): Finding {
  return {
    field: 'headers',
    found: `${show(name)} ${isTwice ? 'more than once' : 'with a value that is not sent on'}`,
    required: `must be there at most once, in printable ASCII of at most ${MAX_VALUE_CHARACTERS} characters`,
    fix: 'Correct the header, or leave it out.',
  };
}
