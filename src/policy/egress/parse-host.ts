import type { Finding } from '../decision.ts';

/** What is wrong with a text, and what to do: a finding without its place. */
export type TextProblem = Pick<Finding, 'required' | 'fix'>;

/** A host in canonical form, or why the text is none. */
export type ParsedHost = { readonly host: string } | { readonly problem: TextProblem };

/** RFC 1035, without the closing dot. */
const MAX_HOST_CHARACTERS = 253;

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(?:${LABEL}\\.)+${LABEL}$`);
/** WHATWG URL, "ends in a number": every URL parser and getaddrinfo reads such a name as an IPv4 address. */
const ENDS_IN_A_NUMBER = /(?:^|\.)(?:0x[0-9a-f]*|[0-9][^.]*)\.?$/i;

/** The first that a text matches says what is wrong with it. The last matches everything. */
const PROBLEMS: readonly (readonly [RegExp, TextProblem])[] = [
  [/^$/, { required: 'must not be empty', fix: 'Name a host.' }],
  [
    /[\p{Cc}\s]/u,
    { required: 'must have no spaces and no control characters', fix: 'Write only the name of the host.' },
  ],
  [/@/, { required: 'must have no user and no password', fix: 'Remove everything up to the "@".' }],
  [
    /%/,
    {
      required: 'must have no "%": neither escapes nor the zone of an address',
      fix: 'Write the name of the host as it is.',
    },
  ],
  [
    /[[\]:]/,
    { required: 'must be a name, because addresses are refused', fix: 'Name the host and not its address.' },
  ],
  [/\.$/, { required: 'must not end in a dot', fix: 'Remove the dot.' }],
  [
    ENDS_IN_A_NUMBER,
    {
      required: 'must not end in a number, because programs read such a name as an IPv4 address',
      fix: 'Name the host and not its address.',
    },
  ],
  [
    /[^\0-\x7F]/u,
    {
      required: 'must be ASCII',
      fix: 'Write the name in its ASCII form, whose labels begin with "xn--".',
    },
  ],
  [/[A-Z]/, { required: 'must be lower case', fix: 'Write the name in lower case.' }],
  [
    /^/,
    {
      required: `must be a host name with at least two labels and at most ${MAX_HOST_CHARACTERS} characters`,
      fix: 'Write letters, digits and "-", with dots between the labels, such as "api.example.com".',
    },
  ],
];

/**
 * Reads a host that is already in its one form: lower-case ASCII labels (for other alphabets those of UTS 46), no closing
 * dot, no address. What is written in any other way is refused and not repaired, so that what is compared is what is dialled
 * (CVE-2022-24825, CVE-2022-29188).
 */
export function parseHost(text: string): ParsedHost {
  const isHost = text.length <= MAX_HOST_CHARACTERS && HOST.test(text) && !ENDS_IN_A_NUMBER.test(text);
  if (isHost) return { host: text };
  const [, problem] = PROBLEMS.find(([pattern]) => pattern.test(text)) ?? PROBLEMS.at(-1)!;
  return { problem };
}
