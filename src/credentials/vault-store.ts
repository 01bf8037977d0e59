import { isKubeError } from '../kube/kube-error.ts';
import type { SecretSelection } from '../policy/upstreams/credential-values.ts';
import { readSecret } from '../policy/credentials/read-secret.ts';
import { isLiteralSecret } from '../policy/vault/sandbox-policy.ts';
import { askAt, readData } from '../vault/read-data.ts';
import { credentialProblem, problemOfError } from './credential-problem.ts';
import type { CredentialTenant } from './credentials.ts';
import type { SandboxLogins } from './sandbox-logins.ts';
import type { CredentialProblem, SecretRead, SecretStore } from './secret-store.ts';

export interface VaultStoreOptions {
  readonly logins: SandboxLogins;
  /** What the tenant says of Vault; null where that is not known. */
  readonly tenant: () => CredentialTenant | null;
}

/**
 * Reads secrets of version 2 of Vault's key-value engine as the sandbox itself, so that Vault's own policy decides and its log
 * names the sandbox. A sandbox is logged in when something is read for it, and out when it is forgotten.
 */
export function createVaultStore({ logins, tenant }: VaultStoreOptions): SecretStore {
  return {
    read: async ({ name, vaultKV }, caller, signal) => {
      if (vaultKV === undefined) throw new TypeError('the binding names no secret of Vault');
      const place = tenant()?.vault;
      if (place === undefined)
        return { problem: credentialProblem(name, 'CredentialNotBound', 'the tenant has no spec.vault') };
      const path = `${vaultKV.mount}/data/${vaultKV.path}`;
      if (!isLiteralSecret(path)) {
        const detail = `${path} cannot be a path in a policy of Vault`;
        return { problem: credentialProblem(name, 'CredentialNotBound', detail) };
      }
      try {
        const ask = askAt(logins.sessionOf(caller, place), place.namespace ?? null, { signal });
        return readVersion({ name, path, selection: vaultKV }, await readData(ask, path));
      } catch (error) {
        signal.throwIfAborted();
        return { problem: problemOfVault(name, error) };
      }
    },
    forget: logins.end,
    close: () => Promise.resolve(logins.endAll()),
  };
}

interface Version {
  readonly name: string;
  readonly path: string;
  readonly selection: SecretSelection;
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

/** Of the API server nothing but the token is asked, which it gives only where the identity and its anchor are. */
function problemOfVault(name: string, error: unknown): CredentialProblem {
  if (isKubeError(error, 'NotFound')) return credentialProblem(name, 'CredentialNotReady', error.message);
  return problemOfError(name, error);
}
