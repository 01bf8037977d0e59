import type { KubeClient } from '../kube/kube-client.ts';
import type { DatabaseRecord } from '../policy/database/database-record.ts';
import type { DatabaseLogin } from '../postgres/database-session.ts';
import type { StaticLogins } from '../vault/static-logins.ts';
import { isVaultError } from '../vault/vault-error.ts';
import { readBoundSecret } from './kubernetes-store.ts';

/** Where the login is looked for with which the database of a tenant is set up. */
export interface AdminLoginSources {
  readonly client: Pick<KubeClient, 'get'>;
  /** The system namespace of the tenant. */
  readonly namespace: string;
  /** Null where there is no Vault. */
  readonly staticLogins: StaticLogins | null;
}

/** A login, or why there is none: one sentence without a full stop. `Unreachable`: its store did not answer. */
export type AdminLogin =
  | { readonly login: DatabaseLogin }
  | { readonly reason: 'AdminRefused' | 'Unreachable'; readonly problem: string };

/** Reads the login that `adminCredential` names, as it is now. Rejects with the reason of the signal, and with nothing else. */
export async function readAdminLogin(
  { database, credential, vault }: Pick<DatabaseRecord, 'database' | 'credential' | 'vault'>,
  sources: AdminLoginSources,
  signal: AbortSignal,
): Promise<AdminLogin> {
  const name = database.connection.adminCredential;
  const refused = (problem: string): AdminLogin => ({ reason: 'AdminRefused', problem });
  if (credential === undefined)
    return refused(`spec.credentials has no "${name}", which spec.database.connection.adminCredential names`);
  const { kubernetesSecret, vaultDatabase } = credential;
  const field = `spec.credentials[${name}]`;
  if (kubernetesSecret !== undefined) {
    if (kubernetesSecret.keys?.username === undefined)
      return refused(`${field}.kubernetesSecret has no keys.username and keys.password; a login needs both`);
    return readSecretLogin(credential, sources, signal);
  }
  if (vaultDatabase?.staticRole === undefined)
    return refused(
      `${field} is neither a kubernetesSecret nor a vaultDatabase with staticRole; the operator reads no other`,
    );
  if (sources.staticLogins === null || vault === undefined)
    return refused(
      `${field} is in Vault, and ${vault === undefined ? 'spec.vault' : '--vault-address'} is not set`,
    );
  const place = {
    mount: vaultDatabase.mount,
    staticRole: vaultDatabase.staticRole,
    namespace: vault.namespace ?? null,
  };
  return readStaticLogin(place, sources.staticLogins, signal);
}

async function readSecretLogin(
  credential: NonNullable<DatabaseRecord['credential']>,
  sources: AdminLoginSources,
  signal: AbortSignal,
): Promise<AdminLogin> {
  const read = await readBoundSecret(credential, sources, signal);
  if ('problem' in read) {
    const isDown = read.problem.reason === 'CredentialStoreUnavailable';
    return { reason: isDown ? 'Unreachable' : 'AdminRefused', problem: read.problem.detail };
  }
  const { username, password } = read.values;
  if (username === undefined || password === undefined) throw new TypeError('a value was not read');
  return { login: { user: username.reveal(), password } };
}

async function readStaticLogin(
  place: Parameters<StaticLogins['read']>[0],
  staticLogins: StaticLogins,
  signal: AbortSignal,
): Promise<AdminLogin> {
  const path = `${place.mount}/static-creds/${place.staticRole}`;
  try {
    const found = await staticLogins.read(place, signal);
    if (found === null) return { reason: 'AdminRefused', problem: `there is no ${path} in Vault` };
    return { login: { user: found.username, password: found.password } };
  } catch (error) {
    signal.throwIfAborted();
    if (!isVaultError(error)) throw error;
    const isDown = error.reason === 'Unreachable' || error.reason === 'Unavailable';
    return { reason: isDown ? 'Unreachable' : 'AdminRefused', problem: error.message };
  }
}
