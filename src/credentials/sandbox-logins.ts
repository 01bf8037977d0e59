import type { Clock } from '../lib/clock.ts';
import type { Secret } from '../lib/secret.ts';
import { type IdentityOwner, vaultName } from '../policy/vault/vault-identity.ts';
import type { VaultPort } from '../vault/vault-port.ts';
import { createVaultSession, type VaultSession } from '../vault/vault-session.ts';
import type { CredentialTenant } from './credentials.ts';
import type { CredentialCaller } from './secret-store.ts';

export interface SandboxLoginsOptions {
  readonly port: VaultPort;
  readonly tenant: string;
  /** Rejects with a KubeError. */
  readonly requestToken: (owner: IdentityOwner, signal: AbortSignal) => Promise<Secret>;
  readonly clock: Clock;
  /** How many sandboxes are logged in at once. The one that was asked for the longest time ago is logged out for one more. */
  readonly maxLogins: number;
}

/** Where the identities of a tenant log in to Vault. */
export type LoginPlace = NonNullable<CredentialTenant['vault']>;

/**
 * Sandboxes that are logged in to Vault, each as itself. A token that is forgotten cannot be revoked by itself, since its policy lets
 * it read secrets alone; nobody else has it, and it ends with its time or with the identity of the sandbox.
 */
export interface SandboxLogins {
  /** The session of a caller, which logs in when it is first used. */
  readonly sessionOf: (caller: CredentialCaller, place: LoginPlace) => VaultSession;
  /** Forgets the login of a sandbox, and ends what it does. */
  readonly end: (sandboxUID: string) => void;
  readonly endAll: () => void;
}

interface Login {
  readonly session: VaultSession;
  /** For which pod, and where. */
  readonly key: string;
}

export function createSandboxLogins(options: SandboxLoginsOptions): SandboxLogins {
  const logins = new Map<string, Login>();
  const end = (sandboxUID: string): void => {
    const login = logins.get(sandboxUID);
    if (login === undefined) return;
    logins.delete(sandboxUID);
    void login.session.close();
  };
  return {
    sessionOf: (caller, place) => {
      const uid = caller.sandboxUID ?? '';
      const key = JSON.stringify([caller.podUID, place.authMount, place.namespace ?? null]);
      const known = logins.get(uid);
      if (known !== undefined && known.key !== key) end(uid);
      const login = known?.key === key ? known : { session: openSession(options, caller, place), key };
      logins.delete(uid);
      const [oldest] = logins.keys();
      if (logins.size >= options.maxLogins && oldest !== undefined) end(oldest);
      logins.set(uid, login);
      return login.session;
    },
    end,
    endAll: () => {
      for (const uid of logins.keys()) end(uid);
    },
  };
}

function openSession(
  { port, tenant, requestToken, clock }: SandboxLoginsOptions,
  { namespace, sandbox }: CredentialCaller,
  place: LoginPlace,
): VaultSession {
  const owner: IdentityOwner = { tenant, namespace, sandbox: sandbox ?? '' };
  const settings = {
    authMount: place.authMount,
    role: vaultName(owner),
    namespace: place.namespace ?? null,
  };
  const readToken = (signal: AbortSignal): Promise<Secret> => requestToken(owner, signal);
  return createVaultSession({ port, settings, readToken, clock, mayRevoke: false });
}
