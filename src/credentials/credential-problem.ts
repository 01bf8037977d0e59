import { errorMessage } from '../lib/error-message.ts';
import { isKubeError } from '../kube/kube-error.ts';
import type { Reason } from '../policy/reasons.ts';
import { isVaultError } from '../vault/vault-error.ts';
import type { CredentialProblem } from './secret-store.ts';

/** A store that did not answer is asked again in this time. */
const STORE_RETRY_SECONDS = 5;

/** What is being made is there soon. */
const SOON_SECONDS = 2;

/** The messages for the agent. Where the store is and what it calls the secret goes to the log alone. */
const MESSAGES = {
  CredentialNotBound: 'the tenant does not bind it; ask who runs the tenant',
  CredentialsWithheld: 'only a pod of a sandbox, proved by its own secret or token, gets credentials',
  CredentialNotReady: 'the identity of the sandbox is not there yet; try again',
  CredentialStoreUnavailable: 'its store does not answer; try again',
  CredentialDenied: 'its store refuses to give it; ask who runs the tenant',
  CredentialMissing: 'its store does not have it; ask who runs the tenant',
  NoDynamicLogins: 'logins of databases need Vault, which is not set up; ask who runs the tenant',
  CredentialUnusable: 'what its store has cannot be used; ask who runs the tenant',
  NotReady: 'the gateway does not know yet what the tenant binds; try again',
  CallCut: 'everything of the sandbox was wiped while it was read; try again',
} as const satisfies Partial<Record<Reason, string>>;

const RETRY_SECONDS: Partial<Record<Reason, number>> = {
  CredentialNotReady: SOON_SECONDS,
  CredentialStoreUnavailable: STORE_RETRY_SECONDS,
  NotReady: SOON_SECONDS,
  CallCut: SOON_SECONDS,
};

/** Says why a credential is not given. `detail` is for the log. */
export function credentialProblem(
  name: string,
  reason: keyof typeof MESSAGES,
  detail: string,
): CredentialProblem {
  const retrySeconds = RETRY_SECONDS[reason];
  return {
    reason,
    message: `The credential "${name}" cannot be attached: ${MESSAGES[reason]}.`,
    detail,
    ...(retrySeconds === undefined ? {} : { retrySeconds }),
  };
}

/** Says what an error of the API server, or of Vault, means for a credential. */
export function problemOfError(name: string, error: unknown): CredentialProblem {
  return credentialProblem(name, reasonOf(error), errorMessage(error));
}

function reasonOf(error: unknown): keyof typeof MESSAGES {
  if (isVaultError(error)) {
    if (error.reason === 'Denied') return 'CredentialDenied';
    // Of an auth role that is not written yet Vault says that its name is invalid.
    const isLogin = error.operation.startsWith('POST auth/');
    if (error.reason === 'Invalid') return isLogin ? 'CredentialNotReady' : 'CredentialUnusable';
    if (error.reason === 'Missing') return isLogin ? 'CredentialNotReady' : 'CredentialMissing';
  }
  if (isKubeError(error, 'Forbidden', 'Unauthorized')) return 'CredentialDenied';
  return isKubeError(error, 'NotFound') ? 'CredentialMissing' : 'CredentialStoreUnavailable';
}
