import type { CredentialValues } from '../policy/upstreams/credential-values.ts';
import type { TenantFeed } from '../policy/feed/feed-schemas.ts';
import type { Reason } from '../policy/reasons.ts';

/** Where a tenant keeps the secret behind a credential's name. */
export type Binding = TenantFeed['credentials'][number];

/** What stores need to know of who calls. A caller that the gateway has identified is one. */
export interface CredentialCaller {
  readonly namespace: string;
  readonly podUID: string;
  /** Null where the pod belongs to no sandbox. */
  readonly sandbox: string | null;
  readonly sandboxUID: string | null;
  /** `Shared`: by a secret that all pods of a namespace and role have; it gets no credentials. */
  readonly proof: 'Secret' | 'Token' | 'Shared';
}

/** Why a credential is not given. */
export interface CredentialProblem {
  readonly reason: Reason;
  /** For the agent: one sentence, which names no place of the store. */
  readonly message: string;
  /** For the log and the people who run the store: what exactly was found, in one line. It never holds a secret. */
  readonly detail: string;
  /** When the same call may pass. Not set: not by waiting. */
  readonly retrySeconds?: number;
}

/** A secret as a store has it now. */
export interface StoredSecret {
  readonly values: CredentialValues;
  /** How long it may be used, from when it was asked for. 0: for the one call. */
  readonly ttlMilliseconds: number;
}

export type SecretRead = StoredSecret | { readonly problem: CredentialProblem };

/** Reads secrets of one kind of place. */
export interface SecretStore {
  /** Rejects with the reason of the signal, and with nothing else. */
  readonly read: (binding: Binding, caller: CredentialCaller, signal: AbortSignal) => Promise<SecretRead>;
  /** Ends what the store holds for a sandbox, such as its login. */
  readonly forget: (sandboxUID: string) => void;
  /** Ends everything that it holds. Never rejects. */
  readonly close: () => Promise<void>;
}
