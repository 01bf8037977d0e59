import { Secret } from '../../lib/secret.ts';
import type { Proof } from './caller.ts';

/** What the headers of a request prove with; `rest` is what of them may go on. */
export type ReadProof =
  | { readonly proof: Proof | null; readonly rest: readonly string[] }
  | { readonly problem: string };

/** The user in the URL of the proxy that pods are given. */
const USER = 'agent';

/** The names of headers that may carry a proof, in lower case. None of them is ever forwarded. */
const PROOF_HEADERS: ReadonlySet<string> = new Set(['proxy-authorization', 'authorization']);

/** The longest proof that is looked at. A projected token has about 1,300 characters. */
const MAX_CHARACTERS = 8_192;

const MAX_SECRET_CHARACTERS = 256;
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;
const BEARER = /^bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

/**
 * Reads a proof from `rawHeaders` of a request of Node, as names and values by turns: there nothing is joined or dropped. A
 * proof that is malformed, or is not the only one, is a problem, in one line that shows nothing of it.
 */
export function readProof(rawHeaders: readonly string[]): ReadProof {
  const values: string[] = [];
  const rest: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (PROOF_HEADERS.has(name.toLowerCase())) values.push(value);
    else rest.push(name, value);
  }
  const [value] = values;
  if (value === undefined) return { proof: null, rest };
  if (values.length > 1) {
    return {
      problem: 'Proxy-Authorization and Authorization are there more than once; send one of them, once',
    };
  }
  const proof = value.length <= MAX_CHARACTERS ? parseProof(value) : null;
  return proof === null ? { problem: MALFORMED } : { proof, rest };
}

const MALFORMED = `it must be "Basic" with the user "${USER}" and the proxy secret, or "Bearer" with a token`;

function parseProof(value: string): Proof | null {
  const token = BEARER.exec(value)?.[1];
  if (token !== undefined) return { kind: 'Token', token: new Secret(token) };
  const encoded = BASIC.exec(value)?.[1];
  return encoded === undefined ? null : parseBasic(encoded);
}

/** Refuses what another decoder could read as something else. */
function parseBasic(encoded: string): Proof | null {
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, '')) return null;
  const text = bytes.toString('latin1');
  const secret = text.startsWith(`${USER}:`) ? text.slice(USER.length + 1) : '';
  const isText = /^[\x21-\x7e]+$/.test(secret) && secret.length <= MAX_SECRET_CHARACTERS;
  return isText ? { kind: 'Secret', secret: new Secret(secret) } : null;
}
