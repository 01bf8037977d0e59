import { isKubeError } from '../kube/kube-error.ts';
import type { Clock } from '../lib/clock.ts';
import { isRecord } from '../lib/is-record.ts';
import { Secret } from '../lib/secret.ts';
import { type IdentityOwner, vaultName } from '../policy/vault/vault-identity.ts';
import type { DatabaseLogin } from '../postgres/database-session.ts';
import { isVaultError, VaultError } from '../vault/vault-error.ts';
import type { VaultPort, VaultResponse } from '../vault/vault-port.ts';
import { logIn } from '../vault/vault-session.ts';
import { credentialProblem, problemOfError } from './credential-problem.ts';
import type { ValueRead } from './kept-value.ts';
import type { LoginPlace } from './sandbox-logins.ts';
import type { CredentialProblem } from './secret-store.ts';

/** How logins of databases are had from Vault. */
export interface LoginSource {
  readonly port: VaultPort;
  /** Name of the tenant. */
  readonly tenant: string;
  /** Gives the token with which a sandbox logs in to Vault. Rejects with a KubeError. */
  readonly requestToken: (owner: IdentityOwner, signal: AbortSignal) => Promise<Secret>;
}

/** Which login, and for whom. */
export interface WantedLogin {
  /** Of the credential. */
  readonly name: string;
  readonly owner: IdentityOwner;
  readonly place: LoginPlace;
  /** Mount of the database engine. */
  readonly mount: string;
}

/**
 * Has Vault make a login, as the sandbox itself. It logs in to Vault for this one alone: a login of a database ends with the token
 * that it was asked for with, and the time of one that others use is partly over. Rejects with the reason of the signal.
 */
export async function readLogin(
  { port, requestToken }: LoginSource,
  wanted: WantedLogin,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<ValueRead<{ readonly login: DatabaseLogin }>> {
  const { name, owner, place, mount } = wanted;
  const namespace = place.namespace ?? null;
  const path = `${mount}/creds/${vaultName(owner)}`;
  try {
    const settings = { authMount: place.authMount, role: vaultName(owner), namespace };
    const readToken = (ended: AbortSignal): Promise<Secret> => requestToken(owner, ended);
    const { token, lifeMilliseconds } = await logIn({ port, settings, readToken, clock }, signal);
    const { body } = await port.call({ method: 'GET', path, namespace, token, signal });
    const { login, leaseSeconds } = loginOf(path, body);
    // Of both the shorter, counted from before the first: what is leased ends with the token.
    return { value: { login }, ttlMilliseconds: Math.min(lifeMilliseconds, leaseSeconds * 1000) };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: problemOf(name, path, error) };
  }
}

function loginOf(
  path: string,
  body: VaultResponse['body'],
): { readonly login: DatabaseLogin; readonly leaseSeconds: number } {
  const data = isRecord(body?.['data']) ? body['data'] : {};
  const { username, password } = data;
  const leaseSeconds = body?.['lease_duration'];
  if (typeof username === 'string' && username !== '' && typeof password === 'string' && password !== '') {
    if (typeof leaseSeconds === 'number' && leaseSeconds > 0)
      return { login: { user: username, password: new Secret(password) }, leaseSeconds };
  }
  throw new VaultError(`GET ${path}`, { reason: 'Unexpected', messages: ['its response holds no login'] });
}

/** What Vault says of a database that fails names its host and its user: only of its own the messages are kept. */
function problemOf(name: string, path: string, error: unknown): CredentialProblem {
  if (isKubeError(error, 'NotFound')) return credentialProblem(name, 'CredentialNotReady', error.message);
  if (!isVaultError(error) || !error.operation.endsWith(path)) return problemOfError(name, error);
  const says = (part: string): boolean => error.messages.some((message) => message.includes(part));
  // Of a role that is not written yet.
  if (says('unknown role')) return credentialProblem(name, 'CredentialNotReady', error.message);
  if (says('is not an allowed role')) return credentialProblem(name, 'CredentialDenied', error.message);
  if (error.status !== 500 && error.reason !== 'Invalid') return problemOfError(name, error);
  const detail = `GET ${path} in Vault: the database did not make the login: its own log, and that of Vault, say why`;
  return credentialProblem(name, 'CredentialStoreUnavailable', detail);
}
