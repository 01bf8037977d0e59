import { GATEWAY, PROXY_SECRET } from '../../api/names.ts';

/** A credential that is known by its published shape. */
export interface CredentialShape {
  /** With its article, as it stands in a message: `a JSON Web Token`. */
  readonly name: string;
  readonly pattern: RegExp;
}

// The patterns are read by V8 and, in the ValidatingAdmissionPolicy, by RE2: no look-around, no back-references, and
// classes spelt out where the two differ (\s). Each is anchored by a prefix that its issuer publishes for this purpose, and
// ends as soon as it is sure: no open repetition may run again from each place.
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
  // RFC 3986 §3.2.1; `$(NAME)` is Kubernetes' reference to another variable, not a password
  ['a URL with a password', '://[^/?#@: \\t\\r\\n]*:[^$/?#@ \\t\\r\\n][^/?#@ \\t\\r\\n]*@'],
];

const CREDENTIAL_SHAPES: readonly CredentialShape[] = SHAPES.map(([name, source]) => ({
  name,
  pattern: new RegExp(source),
}));

/** All shapes as one regular expression that means the same to JavaScript and to RE2. */
export const CREDENTIAL_PATTERN = SHAPES.map(([, source]) => source).join('|');

const ANY = new RegExp(CREDENTIAL_PATTERN);

/** Every shape but a URL has so many characters: the shortest is the middle of a JSON Web Token. */
const SHORTEST = 13;
/** How a pod is told of the gateway: of all values that look like a URL with a password the one that every pod has. */
const GATEWAY_URL = `http://agent:$(${PROXY_SECRET.environmentVariable})@${GATEWAY.name}:${GATEWAY.proxyPort}`;

/**
 * CEL that is true where the text that `text` stands for holds no credential. What is plainly none is passed over: to
 * RE2 a character of a text costs as much as a whole rule of another check.
 */
export function holdsNoCredential(text: string): string {
  const isShort = `(${text}.size() < ${SHORTEST} && !${text}.contains('://'))`;
  return `(${isShort} || ${text} == '${GATEWAY_URL}' || !${text}.matches(${JSON.stringify(CREDENTIAL_PATTERN)}))`;
}

// Every shape has so many of these characters in a row, or one of the marks. Nearly all that stands in an environment has
// neither, and reading on would cost more than the rest of the contract together.
const SHORTEST_RUN = 11;
const MARKS = ['://', '-----BEGIN ', 'AccountKey='];
const IN_RUN = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-') {
  IN_RUN[character.charCodeAt(0)] = 1;
}

/** What kind of credential a text holds, with its article; null where it holds none that is known by its shape. */
export function findCredential(text: string): string | null {
  if (!hasLongRun(text) && !MARKS.some((mark) => text.includes(mark))) return null;
  if (!ANY.test(text)) return null;
  return CREDENTIAL_SHAPES.find(({ pattern }) => pattern.test(text))?.name ?? 'a credential';
}

function hasLongRun(text: string): boolean {
  let run = 0;
  for (let index = 0; index < text.length; index++) {
    run = IN_RUN[text.charCodeAt(index)] === 1 ? run + 1 : 0;
    if (run === SHORTEST_RUN) return true;
  }
  return false;
}
