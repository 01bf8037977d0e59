import type { TenantFeed } from '../policy/feed/feed-schemas.ts';
import type { CredentialValues } from '../policy/upstreams/credential-values.ts';
import type { CredentialCaller, CredentialProblem, SecretStore } from './secret-store.ts';

/** What a caller gets of a credential. */
export type GivenCredential = { readonly values: CredentialValues } | { readonly problem: CredentialProblem };

/** The credentials of agents, which they never see. */
export interface Credentials {
  /**
   * The values of a credential of the caller's role. They must be used for the call at hand and not be kept. Rejects with the
   * reason of the signal, and with nothing else.
   */
  readonly get: (caller: CredentialCaller, name: string, signal: AbortSignal) => Promise<GivenCredential>;
  /** Forgets everything of a sandbox, what is being read included. Returns how many credentials were kept of it. */
  readonly wipe: (sandboxUID: string) => number;
  /** Wipes every sandbox of these pods, or of all, whose caller is not current any more. */
  readonly review: (podUIDs: ReadonlySet<string> | 'All') => void;
  /** Forgets everything. Never rejects. */
  readonly close: () => Promise<void>;
}

/** The stores by the member of a binding that they read. Null where this gateway has none. */
export interface SecretStores {
  readonly kubernetesSecret: SecretStore;
  readonly vaultKV: SecretStore | null;
}

/** What the operator tells of a tenant that is about credentials. */
export type CredentialTenant = Pick<TenantFeed, 'credentials' | 'vault'>;
