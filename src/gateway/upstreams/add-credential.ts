import { type Attach, attachCredential } from '../../policy/upstreams/attach-credential.ts';
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
  { credentials, now }: Pick<UpstreamServices, 'credentials' | 'now'>,
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
  if ('problem' in attached) {
    const { value, required } = attached.problem;
    const what = value === null ? 'The request' : `The value "${value}" of the credential "${name}"`;
    return {
      refusal: refuse('CredentialUnusable', { message: `${what} ${required}.`, rule: `${rule}.credential` }),
    };
  }
  const secrets = Object.entries(given.values).filter(([key]) => !NOT_SECRET.has(key));
  const texts = secrets.flatMap(([, secret]) => partsOf(attach, secret.reveal()));
  return { ...attached, forms: texts.flatMap(secretForms) };
}

/** One value for Basic holds a user, a colon and the password. */
function partsOf({ type }: Attach, text: string): readonly string[] {
  return type === 'Basic' ? [text, text.slice(text.indexOf(':') + 1)] : [text];
}
