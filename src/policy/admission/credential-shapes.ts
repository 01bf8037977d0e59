import { GATEWAY, PROXY_SECRET } from '../../api/names.ts';

/**
 * Published shapes of credentials, named with their article for messages. V8 and, in the ValidatingAdmissionPolicy, RE2
 * read the patterns: no look-around, no back-references, and classes are spelt out where the two differ (\s). Each begins
 * with the prefix that its issuer publishes for this purpose, and ends as soon as the match is certain, so that matching
 * takes time in proportion to the text.
 */
const SHAPES: readonly (readonly [name: string, source: string])[] = [
  // RFC 7468 §10 and §11, RFC 9580 §6.2 (PGP PRIVATE KEY BLOCK), the OpenSSH PROTOCOL.key
  ['a private key', '-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY'],
  // platform.openai.com/docs/api-reference/authentication, docs.anthropic.com/en/api, openrouter.ai/docs/api-keys
  [
    'an API key of a model vendor',
    '\\bsk-(?:(?:proj|svcacct|admin|ant|or)-[A-Za-z0-9_-]{20}|[A-Za-z0-9]{20})',
  ],
  // github.blog/2021-04-05-behind-githubs-new-authentication-token-formats
  ['a GitHub token', '\\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22})'],
  // docs.gitlab.com/security/tokens, "Token prefixes"
  ['a GitLab token', '\\bgl(?:pat|dt|rt|cbt|ptt|agent|soat)-[A-Za-z0-9_-]{20}'],
  // docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html, "Unique identifiers"
  ['an AWS access key', '\\b(?:AKIA|ASIA)[A-Z2-7]{16}\\b'],
  // docs.slack.dev/authentication/tokens
  ['a Slack token', '\\bxox[abeoprs]-[A-Za-z0-9-]{10}|\\bxapp-[0-9]-[A-Za-z0-9-]{10}'],
  // RFC 7519 §3 and RFC 7515 §3.1: `eyJ` is how a JSON object begins in base64url, here the second of two
  ['a JSON Web Token', '[A-Za-z0-9_-]\\.eyJ[A-Za-z0-9_-]{8}'],
  // cloud.google.com/docs/authentication/api-keys
  ['a Google API key', '\\bAIza[A-Za-z0-9_-]{35}'],
  // docs.stripe.com/keys
  ['a Stripe key', '\\b[rs]k_(?:live|test)_[A-Za-z0-9]{16}'],
  // github.blog/2021-09-23-announcing-npms-new-access-token-format
  ['an npm token', '\\bnpm_[A-Za-z0-9]{36}'],
  // pypi.org/help, "How can I use API tokens"; the rest is a macaroon in base64
  ['a PyPI token', '\\bpypi-AgE[A-Za-z0-9_-]{50}'],
  // huggingface.co/docs/hub/security-tokens
  ['a Hugging Face token', '\\bhf_[A-Za-z0-9]{30}'],
  // developer.hashicorp.com/vault/docs/concepts/tokens, "Token prefixes"
  ['a Vault token', '\\bhv[bsr]\\.[A-Za-z0-9_-]{24}'],
  // learn.microsoft.com/azure/storage/common/storage-configure-connection-string: 64 bytes in base64
  ['an Azure storage key', '\\bAccountKey=[A-Za-z0-9+/]{86}=='],
  // RFC 3986 §3.2.1; `$(NAME)` refers to another variable of the container and is not a password
  ['a URL with a password', '://[^/?#@: \\t\\r\\n]*:[^$/?#@ \\t\\r\\n][^/?#@ \\t\\r\\n]*@'],
];

/** All shapes as one regular expression that means the same to JavaScript and to RE2. */
export const CREDENTIAL_PATTERN = SHAPES.map(([, source]) => source).join('|');

const ANY_SHAPE = new RegExp(CREDENTIAL_PATTERN);
const EACH_SHAPE = SHAPES.map(([name, source]) => ({ name, pattern: new RegExp(source) }));

/** The length of the shortest credential that is not a URL: the middle of a JSON Web Token. */
const MIN_CHARACTERS = 13;
/** The proxy URL that every pod has in its environment. It has the shape of a URL with a password. */
const GATEWAY_URL = `http://agent:$(${PROXY_SECRET.environmentVariable})@${GATEWAY.name}:${GATEWAY.proxyPort}`;

/**
 * Returns a CEL expression that is true where the text that `text` evaluates to contains no credential. Texts that are
 * certainly none are not matched, because RE2 takes as long for one character as another check takes for a whole rule.
 */
export function holdsNoCredential(text: string): string {
  const isShort = `(${text}.size() < ${MIN_CHARACTERS} && !${text}.contains('://'))`;
  return `(${isShort} || ${text} == '${GATEWAY_URL}' || !${text}.matches(${JSON.stringify(CREDENTIAL_PATTERN)}))`;
}

/** Returns the kind of credential that a text contains, with its article, or null where it contains no known shape. */
export function findCredential(text: string): string | null {
  if (!ANY_SHAPE.test(text)) return null;
  return EACH_SHAPE.find(({ pattern }) => pattern.test(text))?.name ?? 'a credential';
}
