import type { Clock } from '../lib/clock.ts';
import type { Secret } from '../lib/secret.ts';
import { isKubeError } from '../kube/kube-error.ts';
import { readSecret } from '../policy/credentials/read-secret.ts';
import { isLiteralSecret } from '../policy/vault/sandbox-policy.ts';
import { type IdentityOwner, vaultName } from '../policy/vault/vault-identity.ts';
import { askAt, readData } from '../vault/read-data.ts';
import type { VaultPort } from '../vault/vault-port.ts';
import { createVaultSession, type VaultSession } from '../vault/vault-session.ts';
import { credentialProblem, problemOfError } from './credential-problem.ts';
import type { CredentialTenant } from './credentials.ts';
import type { CredentialCaller, SecretRead, SecretStore } from './secret-store.ts';

export interface VaultStoreOptions {
  readonly port: Pick<VaultPort, 'call'>;
  readonly tenant: string;
  /** What the tenant says of Vault; null where that is not known. */
  readonly told: () => CredentialTenant | null;
  /** Rejects with a KubeError. */
  readonly requestToken: (owner: IdentityOwner, signal: AbortSignal) => Promise<Secret>;
  readonly clock: Clock;
  /** How many sandboxes are logged in at once. The one that was asked for the longest time ago is logged out for one more. */
  readonly maxLogins: number;
}

type Place = NonNullable<CredentialTenant['vault']>;

/** A sandbox that is logged in. */
interface SandboxLogin {
  readonly session: VaultSession;
  /** For which pod, and where. */
  readonly key: string;
}

/**
 * Reads secrets of version 2 of Vault's key-value engine as the sandbox itself, so that Vault's own policy decides and its log
 * names the sandbox. It logs in when something is read, and out when the sandbox is forgotten.
 */
export function createVaultStore(options: VaultStoreOptions): SecretStore {
  const logins = new Map<string, SandboxLogin>();
  const ending = new Set<Promise<void>>();

  const forget = (sandboxUID: string): void => {
    const login = logins.get(sandboxUID);
    if (login === undefined) return;
    logins.delete(sandboxUID);
    const ended = login.session.close().finally(() => ending.delete(ended));
    ending.add(ended);
  };
  const sessionOf = (caller: CredentialCaller, place: Place): VaultSession => {
    const uid = caller.sandboxUID ?? '';
    const key = JSON.stringify([caller.podUID, place.authMount, place.namespace ?? null]);
    const known = logins.get(uid);
    if (known?.key === key) {
      logins.delete(uid);
      logins.set(uid, known);
      return known.session;
    }
    forget(uid);
    const [oldest] = logins.keys();
    if (logins.size >= options.maxLogins && oldest !== undefined) forget(oldest);
    const session = openSession(options, caller, place);
    logins.set(uid, { session, key });
    return session;
  };

  return {
    read: async ({ name, vaultKV }, caller, signal) => {
      if (vaultKV === undefined) throw new TypeError('the binding names no secret of Vault');
      const place = options.told()?.vault;
      if (place === undefined)
        return { problem: credentialProblem(name, 'CredentialNotBound', 'the tenant has no spec.vault') };
      const path = `${vaultKV.mount}/data/${vaultKV.path}`;
      if (!isLiteralSecret(path)) {
        const detail = `${path} cannot be a path in a policy of Vault`;
        return { problem: credentialProblem(name, 'CredentialNotBound', detail) };
      }
      try {
        const ask = askAt(sessionOf(caller, place), place.namespace ?? null, { signal });
        return readVersion({ name, path, selection: vaultKV }, await readData(ask, path));
      } catch (error) {
        signal.throwIfAborted();
        return { problem: problemOfLogin(name, error) };
      }
    },
    forget,
    close: async () => {
      for (const uid of logins.keys()) forget(uid);
      await Promise.all(ending);
    },
  };
}

function openSession(
  { port, tenant, requestToken, clock }: VaultStoreOptions,
  { namespace, sandbox }: CredentialCaller,
  place: Place,
): VaultSession {
  const owner: IdentityOwner = { tenant, namespace, sandbox: sandbox ?? '' };
  return createVaultSession({
    port: { ...port, close: () => Promise.resolve() },
    settings: {
      authMount: place.authMount,
      role: vaultName(owner),
      namespace: place.namespace ?? null,
    },
    readToken: (signal) => requestToken(owner, signal),
    clock,
  });
}

interface Version {
  readonly name: string;
  readonly path: string;
  readonly selection: Parameters<typeof readSecret>[1];
}

/** The engine has the secret in `data` beside what it knows of the version; null where the version was deleted. */
function readVersion(
  { name, path, selection }: Version,
  found: Readonly<Record<string, unknown>> | null,
): SecretRead {
  const version = found?.['data'] ?? null;
  if (version === null) {
    const detail = `there is no secret at ${path} in Vault, or its version is deleted`;
    return { problem: credentialProblem(name, 'CredentialMissing', detail) };
  }
  const read = readSecret(version, selection);
  if (!('problem' in read)) return read;
  const { reason, message } = read.problem;
  return { problem: credentialProblem(name, reason, `${path} in Vault: ${message}`) };
}

/** Of the API server nothing but the token is asked here, which there is only where the identity and its anchor are. */
function problemOfLogin(name: string, error: unknown): ReturnType<typeof problemOfError> {
  if (isKubeError(error, 'NotFound')) return credentialProblem(name, 'CredentialNotReady', error.message);
  return problemOfError(name, error);
}
