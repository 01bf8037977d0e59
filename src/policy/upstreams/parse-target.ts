import type { TextProblem } from '../egress/parse-host.ts';

/** The target of a request in the one form that can be compared and sent. */
export interface RequestTarget {
  /** Escaped, with a slash in front. */
  readonly path: string;
  /** With its question mark; empty where there is none. */
  readonly query: string;
}

export type ParsedTarget = { readonly target: RequestTarget } | { readonly problem: TextProblem };

const MAX_TARGET_CHARACTERS = 8_192;

/** The first that a path matches says what is wrong with it. */
const PATH_PROBLEMS: readonly (readonly [RegExp, TextProblem])[] = [
  [/^[^/]/, { required: 'must begin with "/"', fix: 'Ask for a path below the upstream.' }],
  [
    /[^\x21-\x7e]/,
    { required: 'must be printable ASCII', fix: 'Escape everything else with "%", as UTF-8.' },
  ],
  [/;/, { required: 'must have no ";"', fix: 'Remove the parameters of the path.' }],
  [
    /[^\w.~!$&'()*+,=:@%/-]/,
    { required: 'must have no characters but those of RFC 3986', fix: 'Escape the others with "%".' },
  ],
  [
    /%(?![0-9a-f]{2})/i,
    { required: 'must have two hexadecimal digits behind each "%"', fix: 'Write "%" as "%25".' },
  ],
  [
    /%(?:[01][0-9a-f]|7f|2f|5c|3b|25)/i,
    {
      required: 'must have no escaped "/", "\\", ";", "%" or control character',
      fix: 'Ask for a path without them.',
    },
  ],
  [
    /%(?:2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/i,
    { required: 'must have no letter, digit, "-", ".", "_" or "~" escaped', fix: 'Write them unescaped.' },
  ],
  [/\/\//, { required: 'must have no empty segment', fix: 'Write one "/" between segments.' }],
  [
    /\/\.{1,2}(?:\/|$)/,
    { required: 'must have no "." or ".." segment', fix: 'Write the path that is meant.' },
  ],
  [
    /(?:\.|%20)(?:\/|$)/,
    { required: 'must have no segment that ends in a dot or a space', fix: 'Remove them.' },
  ],
];
const NOT_UTF8: TextProblem = {
  required: 'must be UTF-8 in the normal form NFC, without control characters, where it is unescaped',
  fix: 'Escape the bytes of UTF-8.',
};
const LOOKS_ALIKE: TextProblem = {
  required: 'must have no character that becomes a ".", "/", "\\", ";" or "%" when it is normalised',
  fix: 'Use ASCII for what separates segments.',
};
const TOO_LONG: TextProblem = {
  required: `must have at most ${MAX_TARGET_CHARACTERS} characters`,
  fix: 'Shorten the path or the query.',
};
const QUERY_PROBLEM: TextProblem = {
  required: 'must have a query of printable ASCII without spaces, quotes, "#", "<", ">" and "\\"',
  fix: 'Escape them with "%".',
};
const QUERY = /^(?:[!$&-;=?-[\]-~]|%[0-9a-f]{2})*$/i;

/**
 * Reads the path and the query of a request. Nothing is resolved or repaired: whatever two servers could read in two ways is
 * refused. Only the digits of escapes are put into capitals.
 */
export function parseTarget(text: string): ParsedTarget {
  if (text.length > MAX_TARGET_CHARACTERS) return { problem: TOO_LONG };
  const mark = text.indexOf('?');
  const path = mark === -1 ? text : text.slice(0, mark);
  const query = mark === -1 ? '' : text.slice(mark);
  const problem = findPathProblem(path) ?? (QUERY.test(query) ? null : QUERY_PROBLEM);
  if (problem !== null) return { problem };
  const canonical = path.replaceAll(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
  return { target: { path: canonical === '' ? '/' : canonical, query } };
}

function findPathProblem(path: string): TextProblem | null {
  const found = PATH_PROBLEMS.find(([pattern]) => pattern.test(path));
  if (found !== undefined) return found[1];
  if (!path.includes('%')) return null;
  const decoded = decode(path);
  if (decoded === null || decoded.normalize('NFC') !== decoded || /\p{Cc}/u.test(decoded)) return NOT_UTF8;
  const others = decoded.replaceAll(/[\x20-\x7e]/g, '');
  return /[./\\;%]/.test(others.normalize('NFKC')) ? LOOKS_ALIKE : null;
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
