import { GATEWAY, PROXY_SECRET } from '../../api/names.ts';
import {
  BASE64URL,
  CREDENTIAL_SHAPES,
  type CredentialShape,
  HEX,
  LETTERS,
  PRIVATE_KEY,
} from './credential-table.ts';

const TAILS = [LETTERS, BASE64URL, HEX] as const;
const ONE_WORD = CREDENTIAL_SHAPES.filter(([, pattern]) => pattern !== PRIVATE_KEY);

/** All shapes but that of private keys, which alone has a blank in it; each tail is written once. */
const WORD_PATTERN = [
  ...ONE_WORD.flatMap((shape) => (shape[2] === undefined ? [wholePattern(shape)] : [])),
  ...TAILS.map((tail) => {
    const prefixes = ONE_WORD.filter((shape) => shape[2] === tail).map(([, pattern]) => pattern);
    return `\\b(?:${prefixes.join('|')})${tail}`;
  }),
].join('|');

/** All shapes as one regular expression that means the same to JavaScript and to RE2. */
export const CREDENTIAL_PATTERN = `${PRIVATE_KEY}|${WORD_PATTERN}`;

const ANY_SHAPE = new RegExp(CREDENTIAL_PATTERN);
const EACH_SHAPE = CREDENTIAL_SHAPES.map((shape) => ({
  name: shape[0],
  pattern: new RegExp(wholePattern(shape)),
}));

/** Matches every text that `WORD_PATTERN` matches, and few others: most words are shorter than a prefix and its tail. */
const SUSPICIOUS = '[A-Za-z0-9_-]{17}|://[^/]*@|[.]eyJ|AccountKey=|sig=|Q~';

const LOGIN = `agent:$(${PROXY_SECRET.environmentVariable})@`;
/** The proxy URL that every pod has in its environment. */
const PROXY_URL = `http://${LOGIN}${GATEWAY.name}:${GATEWAY.proxyPort}`;
/** What every pod may have: that, and the beginning of the URL of an upstream for programs that read a key only there, such as pip. */
const GATEWAY_URLS: readonly string[] = [PROXY_URL, `https://${LOGIN}${GATEWAY.name}:${GATEWAY.apiPort}`];
const withoutLogin = (url: string): string => url.replace(LOGIN, '');

/**
 * Returns a CEL expression that is true where the text that `text` evaluates to contains no credential. The API server
 * counts the length of a text times that of the pattern, and stops at a limit: so a text is divided at what no shape
 * contains, and only words that are suspicious are matched with all shapes.
 */
export function holdsNoCredential(text: string): string {
  const cleared = GATEWAY_URLS.map((url) => `.replace('${url}', '${withoutLogin(url)}')`).join('');
  const words = `${text}${cleared}.replace('"', ' ').replace('\\n', ' ').split(' ')`;
  const isClean = (of: string): string => `!${matches(of, SUSPICIOUS)}`;
  const areClean = `(${isClean(text)} || ${words}.all(part, ${isClean('part')} || !${matches('part', WORD_PATTERN)}))`;
  return `(${text} == '${PROXY_URL}' || (!${matches(text, PRIVATE_KEY)} && ${areClean}))`;
}

function matches(text: string, pattern: string): string {
  return `${text}.matches(${JSON.stringify(pattern)})`;
}

/** Returns the kind of credential that a text contains, with its article, or null where it contains no known shape. */
export function findCredential(text: string): string | null {
  if (!ANY_SHAPE.test(text)) return null;
  const cleared = GATEWAY_URLS.reduce((rest, url) => rest.replaceAll(url, withoutLogin(url)), text);
  if (!ANY_SHAPE.test(cleared)) return null;
  return EACH_SHAPE.find(({ pattern }) => pattern.test(cleared))?.name ?? 'a credential';
}

function wholePattern([, pattern, tail]: CredentialShape): string {
  return tail === undefined ? pattern : `\\b(?:${pattern})${tail}`;
}
