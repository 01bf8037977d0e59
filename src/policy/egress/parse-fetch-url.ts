import { parseHost, type TextProblem } from './parse-host.ts';

/** What a URL names, in canonical form. */
export interface FetchURL {
  readonly host: string;
  /** Path and query, as they are sent: ASCII, escaped. */
  readonly target: string;
  /** The whole, without a fragment. */
  readonly href: string;
}

/** What the text names, or why it cannot be decided on. */
export type ParsedFetchURL = { readonly url: FetchURL } | { readonly problem: TextProblem };

const MAX_URL_CHARACTERS = 8192;
/** What the WHATWG parser would take away or turn around before it reads the rest. */
const REPAIRED = /[\p{Cc}\s\\]/u;
const AUTHORITY = /^https:\/\/([^/?#]*)/i;

const PROBLEMS = {
  long: { required: `must have at most ${MAX_URL_CHARACTERS} characters`, fix: 'Shorten the URL.' },
  repaired: {
    required: 'must have no spaces, control characters or backslashes',
    fix: 'Escape them with "%".',
  },
  scheme: { required: 'must begin with https://', fix: 'Use https.' },
  user: { required: 'must have no user and no password', fix: 'Remove everything up to the "@".' },
  escaped: { required: 'must have no "%" in its host', fix: 'Write the name of the host as it is.' },
  port: { required: 'must have no port but 443', fix: 'Remove the port.' },
  unreadable: { required: 'must be a URL', fix: 'Correct the URL.' },
} as const satisfies Record<string, TextProblem>;

/**
 * Reads the URL of a request: https, port 443, a host name. Names in other alphabets are put into their ASCII form (UTS 46);
 * everything that parsers disagree about is refused before one is asked.
 */
export function parseFetchURL(text: string): ParsedFetchURL {
  const problem = findProblem(text);
  if (problem !== null) return { problem };
  const url = URL.parse(text);
  if (url === null) return { problem: PROBLEMS.unreadable };
  const parsed = parseHost(url.hostname);
  if ('problem' in parsed) return parsed;
  const { host } = parsed;
  const target = `${url.pathname}${url.search}`;
  return { url: { host, target, href: `https://${host}${target}` } };
}

function findProblem(text: string): TextProblem | null {
  if (text.length > MAX_URL_CHARACTERS) return PROBLEMS.long;
  if (REPAIRED.test(text) || !text.isWellFormed()) return PROBLEMS.repaired;
  const authority = AUTHORITY.exec(text)?.[1];
  if (authority === undefined) return PROBLEMS.scheme;
  if (authority.includes('@')) return PROBLEMS.user;
  if (authority.includes('%')) return PROBLEMS.escaped;
  const colon = authority.lastIndexOf(':');
  const hasPort = colon > authority.lastIndexOf(']');
  return hasPort && authority.slice(colon) !== ':443' ? PROBLEMS.port : null;
}
