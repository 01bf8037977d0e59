import type { TenantFeed } from '../policy/feed/feed-schemas.ts';
import type { CredentialValues } from '../policy/upstreams/credential-values.ts';
import type { CredentialCaller, CredentialProblem, SecretStore } from './secret-store.ts';

/** What a caller gets of a credential. */
export type GivenCredential = GivenValues | { readonly problem: CredentialProblem };

/** Every call that is given what is kept gets the same object. */
export interface GivenValues {
  readonly values: CredentialValues;
  /** Aborted when they are kept no longer: their time is over, or they are wiped. */
  readonly ended: AbortSignal;
}

/** The credentials of agents, which they never see. */
export interface Credentials {
  /**
   * The values of a credential of the caller's role. They must be used for the call at hand and not be kept. Rejects with the
   * reason of the signal, and with nothing else.
   */
  readonly get: (caller: CredentialCaller, name: string, signal: AbortSignal) => Promise<GivenCredential>;
  /**
   * Forgets the values of a sandbox, and ends what is being read. Its login stays, and so does the pause after a failed read: an
   * agent may ask for this as often as it likes. Returns how many credentials were forgotten.
   */
  readonly wipe: (sandboxUID: string) => number;
  /**
   * Forgets everything, the login included, of every sandbox of these pods, or of all, whose caller is not current any more. Of the
   * others it forgets what the tenant binds to another place by now, or binds no more.
   */
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
