import type { Clock } from '../lib/clock.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import type { Logger } from '../lib/log.ts';
import { isLiteralPath } from '../policy/vault/vault-mounts.ts';
import type { DatabaseLogin } from '../postgres/database-session.ts';
import { credentialProblem } from './credential-problem.ts';
import type { CredentialTenant } from './credentials.ts';
import { type CredentialLimits, keepValues, type ValueSource } from './keep-values.ts';
import type { OnCredentialRead } from './kept-value.ts';
import { type LoginSource, readLogin, type WantedLogin } from './read-login.ts';
import type { Binding, CredentialCaller, CredentialProblem } from './secret-store.ts';

/** What a caller gets of a credential that is a login of a database. */
export type GivenLogin =
  | {
      readonly login: DatabaseLogin;
      /** Aborted shortly before the login ends, and when it is wiped. A session of it must end then. */
      readonly ended: AbortSignal;
    }
  | { readonly problem: CredentialProblem };

/** Logins of databases, each of one sandbox, which never sees it. */
export interface DatabaseLogins {
  /**
   * The login of a credential of the caller's role. It is made when it is first asked for. After two thirds of its time another
   * is made, while the first is still given, and what uses that may go on until its end. Every caller that is given the same login
   * gets the same object. Rejects with the reason of the signal, and with nothing else.
   */
  readonly get: (caller: CredentialCaller, name: string, signal: AbortSignal) => Promise<GivenLogin>;
  /**
   * Forgets the logins of a sandbox, and ends what is being made. The database has each until its end, within 15 minutes, or until the
   * operator revokes it; nobody has the password any more. Returns how many were forgotten.
   */
  readonly wipe: (sandboxUID: string) => number;
  /** As {@link DatabaseLogins.wipe}, of every sandbox of these pods, or of all, whose caller is not current, or which is bound otherwise now. */
  readonly review: (podUIDs: ReadonlySet<string> | 'All') => void;
  /** How many are in memory. */
  readonly kept: () => number;
  /** Forgets everything. */
  readonly close: () => void;
}

export interface DatabaseLoginsOptions {
  /** Null where this gateway has no Vault, and so no logins. */
  readonly vault: LoginSource | null;
  /** What the tenant binds now; null where that is not known. */
  readonly tenant: () => CredentialTenant | null;
  /** Whether a caller is still who it was identified as, as far as that can be known now. */
  readonly isCurrent: (caller: CredentialCaller) => boolean;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly limits?: CredentialLimits;
  readonly onRead?: OnCredentialRead;
}

/** Of the time of a login, after which another is made. */
const RENEW_PART = 2 / 3;

interface LoginValue {
  readonly login: DatabaseLogin;
}

type Refuse = (
  reason: Parameters<typeof credentialProblem>[1],
  detail: string,
) => { readonly problem: CredentialProblem };

/** Creates the logins of the sandboxes of a gateway. None is made before it is asked for. */
export function createDatabaseLogins(options: DatabaseLoginsOptions): DatabaseLogins {
  const { tenant, clock, vault } = options;
  const { wipeAll, ...kept } = keepValues<LoginValue>({
    ...options,
    renewPart: RENEW_PART,
    find: (name, caller): ValueSource<LoginValue> | { readonly problem: CredentialProblem } => {
      const found = findLogin(name, caller, { vault, tenant: tenant() });
      if ('problem' in found) return found;
      const { key, sandboxUID, source, wanted } = found;
      return { key, sandboxUID, read: (signal) => readLogin(source, wanted, { clock, signal }) };
    },
    keys: () => boundKeys(tenant()),
    forget: () => undefined,
  });
  return { ...kept, close: wipeAll };
}

interface FoundLogin {
  readonly key: string;
  readonly sandboxUID: string;
  readonly source: LoginSource;
  readonly wanted: WantedLogin;
}

function findLogin(
  name: string,
  caller: CredentialCaller,
  { vault, tenant }: { readonly vault: LoginSource | null; readonly tenant: CredentialTenant | null },
): FoundLogin | { readonly problem: CredentialProblem } {
  const refuse: Refuse = (reason, detail) => ({ problem: credentialProblem(name, reason, detail) });
  const { proof, namespace, sandbox, sandboxUID } = caller;
  if (vault === null) return refuse('NoDynamicLogins', '--vault-address of this gateway is not set');
  if (proof === 'Shared' || sandbox === null || sandboxUID === null)
    return refuse('CredentialsWithheld', 'the secret of the caller is shared, or its pod is of no sandbox');
  if (tenant === null) return refuse('NotReady', 'what the tenant binds is not known');
  if (tenant.vault === undefined) return refuse('NoDynamicLogins', 'spec.vault of the tenant is not set');
  const binding = tenant.credentials.find((one) => one.name === name);
  const mount = binding === undefined ? null : mountOf(binding);
  if (binding === undefined || mount === null)
    return refuse(
      'CredentialNotBound',
      `spec.credentials[${name}] of the tenant makes no logins of sandboxes`,
    );
  const owner = { tenant: vault.tenant, namespace, sandbox };
  const wanted = { name, owner, place: tenant.vault, mount };
  return { key: loginKey(binding, tenant), sandboxUID, source: vault, wanted };
}

/** Where logins of a binding are made; null where it makes none, or its mount cannot be in a policy of Vault. */
function mountOf({ vaultDatabase }: Binding): string | null {
  if (vaultDatabase === undefined || vaultDatabase.staticRole !== undefined) return null;
  return isLiteralPath(vaultDatabase.mount) ? vaultDatabase.mount : null;
}

function loginKey(binding: Binding, { vault }: Pick<CredentialTenant, 'vault'>): string {
  return canonicalJson([binding, vault ?? null]);
}

/** What each login of a tenant is made by, by the name of its credential; null where that is not known. */
function boundKeys(tenant: CredentialTenant | null): ReadonlyMap<string, string> | null {
  return tenant && new Map(tenant.credentials.map((binding) => [binding.name, loginKey(binding, tenant)]));
}
