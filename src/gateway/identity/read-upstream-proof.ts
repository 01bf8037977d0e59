import { Secret } from '../../lib/secret.ts';
import { keyOfProtocols } from '../../policy/upstreams/web-socket-handshake.ts';
import type { Proof } from './caller.ts';

export type ReadUpstreamProof = { readonly proof: Proof | null } | { readonly problem: string };

/** Where SDKs put the key that they were given, and proxies their secret, in lower case. None of them is ever forwarded. */
const KEY_HEADERS: ReadonlySet<string> = new Set(['x-api-key', 'api-key', 'x-goog-api-key', 'private-token']);
const AUTHORIZATION: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization']);

/** The longest proof that is looked at. A projected token has about 1,300 characters, and a signature of AWS as many. */
const MAX_CHARACTERS = 8_192;
const MAX_SECRET_CHARACTERS = 256;

const SECRET = /^[\x21-\x7e]+$/;
const TOKEN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
/** `token` is what the clients of GitHub write. */
const BEARER = /^(?:bearer|token) +(\S+)$/i;
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;
/** The first part of a credential scope is the key id (AWS Signature Version 4). */
const AWS = /^AWS4-HMAC-SHA256 +Credential=([^/, ]+)\//;

/**
 * Reads a proof from wherever an SDK puts its key: a bearer token, the password of Basic, the key id of a signature of AWS, the
 * header of a vendor, or the subprotocol of a WebSocket. The same in several places is one. A proof that is malformed, or another one beside it, is a problem,
 * in one line that shows nothing of it.
 */
export function readUpstreamProof(rawHeaders: readonly string[]): ReadUpstreamProof {
  let found: string | null = null;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const text = keyOf(name, value);
    if (text === undefined) continue;
    if (text === null || !SECRET.test(text)) return { problem: MALFORMED };
    if (found !== null && found !== text) return { problem: DIFFERENT };
    found = text;
  }
  if (found === null) return { proof: null };
  if (TOKEN.test(found)) return { proof: { kind: 'Token', token: new Secret(found) } };
  if (found.length > MAX_SECRET_CHARACTERS) return { problem: MALFORMED };
  return { proof: { kind: 'Secret', secret: new Secret(found) } };
}

const MALFORMED =
  'the key of the SDK must be the proxy secret of the pod, or a token: as "Bearer", as the password of "Basic", as the key id of AWS, or in x-api-key';
const DIFFERENT = 'the headers show two different keys; send one';

/** The key in a header; undefined where the header is for none, and null where there is none in it. */
function keyOf(name: string, value: string): string | null | undefined {
  // Any other subprotocol is what it says.
  if (name === 'sec-websocket-protocol') return keyOfProtocols(value) ?? undefined;
  if (!KEY_HEADERS.has(name) && !AUTHORIZATION.has(name)) return undefined;
  if (value.length > MAX_CHARACTERS) return null;
  return KEY_HEADERS.has(name) ? value : textOf(value);
}

function textOf(value: string): string | null {
  const [, text] = BEARER.exec(value) ?? AWS.exec(value) ?? [];
  if (text !== undefined) return text;
  const encoded = BASIC.exec(value)?.[1];
  return encoded === undefined ? null : passwordOf(encoded);
}

/** The password, or the user where the password is empty. Refuses what another decoder could read as something else. */
function passwordOf(encoded: string): string | null {
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, '')) return null;
  const text = bytes.toString('latin1');
  const colon = text.indexOf(':');
  if (colon === -1) return null;
  return text.slice(colon + 1) || text.slice(0, colon);
}
