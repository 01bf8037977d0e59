import type { CredentialValues } from '../../policy/upstreams/credential-values.ts';
import {
  type Attach,
  attachCredential,
  type AttachProblem,
} from '../../policy/upstreams/attach-credential.ts';
import type { UpstreamRequest } from '../../policy/upstreams/decide-upstream.ts';
import { secretForms } from '../../policy/upstreams/secret-forms.ts';
import type { Call } from '../pipeline/call.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';
import { type AddedCredential, NO_CREDENTIAL, type UpstreamServices } from './upstream-state.ts';

/** Names of values that are not secret, and that services may well tell. */
const NOT_SECRET: ReadonlySet<string> = new Set(['username', 'accessKeyId']);

/** Gets the credential of an upstream, and makes the headers of it. Nothing of it is kept longer than the call. */
export async function addCredential(
  { caller, ended }: Call,
  request: UpstreamRequest,
  body: Buffer | null,
  { credentials, readCertificate, now }: Pick<UpstreamServices, 'credentials' | 'readCertificate' | 'now'>,
): Promise<AddedCredential | { readonly refusal: Refusal }> {
  const { credential, host, port, rule } = request.upstream;
  if (credential === null) return NO_CREDENTIAL;
  if (caller === null) throw new Error('the caller is not known');
  const { name, attach } = credential;
  const given = await credentials.get(caller, name, ended.signal);
  if ('problem' in given) {
    const { reason, message, retrySeconds } = given.problem;
    const retry = retrySeconds === undefined ? {} : { retrySeconds };
    return { refusal: refuse(reason, { message, rule: `${rule}.credential`, ...retry }) };
  }
  const attached = await attachCredential(attach, given.values, {
    method: request.method,
    host: port === 443 ? host : `${host}:${port}`,
    target: request.target,
    headers: request.headers,
    body: body ?? undefined,
    now: now(),
  });
  if ('problem' in attached) return unusable(request, attached.problem);
  if (attach.type === 'ClientCertificate') {
    const certificate = readCertificate(given, now());
    if ('problem' in certificate) return unusable(request, certificate.problem);
    return { ...attached, forms: certificate.forms, certificate };
  }
  const forms = textsOf(attach, given.values).flatMap(secretForms);
  return { ...attached, forms, certificate: null };
}

function unusable(
  { upstream: { credential, rule } }: UpstreamRequest,
  { value, required }: AttachProblem,
): { readonly refusal: Refusal } {
  const what =
    value === null ? 'The request' : `The value "${value}" of the credential "${credential?.name}"`;
  return {
    refusal: refuse('CredentialUnusable', { message: `${what} ${required}.`, rule: `${rule}.credential` }),
  };
}

/** Between the parts of a header's value: `Token KEY`, `id:KEY` or `session=KEY; …`. */
const SEPARATORS = /[\s=:;,]/;

/** Shorter parts are words and names. */
const MIN_PART_CHARACTERS = 16;

/** What must not come back. Of a header its long parts as well: one of them is the key. Of Basic both parts together as well: its base64 is long where a password is short. */
function textsOf({ type }: Attach, values: CredentialValues): readonly string[] {
  const secrets = Object.entries(values).flatMap(([name, secret]) =>
    NOT_SECRET.has(name) ? [] : secret.reveal(),
  );
  if (type === 'Header') return [...secrets, ...secrets.flatMap(longParts)];
  if (type !== 'Basic') return secrets;
  const { username, password } = values;
  if (username !== undefined && password !== undefined) {
    return [...secrets, `${username.reveal()}:${password.reveal()}`];
  }
  return secrets.flatMap((text) => [text, text.slice(text.indexOf(':') + 1)]);
}

function longParts(text: string): readonly string[] {
  return text.split(SEPARATORS).filter((part) => part.length >= MIN_PART_CHARACTERS);
}
