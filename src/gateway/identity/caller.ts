import type { AgentRole } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { Secret } from '../../lib/secret.ts';
import type { WatchedCache } from '../../cluster/cache-set.ts';
import type { TenantFeed } from '../../policy/feed/feed-schemas.ts';
import type { Reason } from '../../policy/reasons.ts';
import type { CallPolicy } from '../../policy/tools/call-policy.ts';

export type { CallPolicy };

/** What a request shows to prove which pod sent it. */
export type Proof =
  | { readonly kind: 'Secret'; readonly secret: Secret }
  | { readonly kind: 'Token'; readonly token: Secret };

/** How a caller was proved. `Shared`: by a secret that all pods of a namespace and role have; it gets no credentials. */
export type ProofKind = 'Secret' | 'Token' | 'Shared';

/** The pod that calls, and what holds for it. */
export interface Caller {
  readonly namespace: string;
  readonly pod: string;
  readonly podUID: string;
  /** Canonical. */
  readonly address: string;
  /** Null where the pod belongs to no sandbox. */
  readonly sandbox: string | null;
  readonly sandboxUID: string | null;
  readonly role: string;
  readonly roleUID: string;
  /** The SHA-256 of the spec of the role. */
  readonly roleHash: string;
  readonly policy: CallPolicy;
  readonly narrow: AgentSandbox['spec']['narrow'];
  readonly auditSettings: AgentRole['spec']['audit'];
  readonly proof: ProofKind;
}

/** Why a request is nobody's whom the gateway serves. */
export interface IdentityRefusal {
  readonly reason: Reason;
  /** One sentence without a full stop, for the agent and for the audit. */
  readonly message: string;
  /** Whether the same request may pass in a moment. */
  readonly retry: boolean;
  /** The pod that has the source address, where exactly one has it. */
  readonly namespace?: string | undefined;
  readonly pod?: string | undefined;
  readonly sandbox?: string | undefined;
}

export type Identification = { readonly caller: Caller } | { readonly refusal: IdentityRefusal };

/** Hears of the pods for which something else may hold than before: UIDs, or `All`. */
export type IdentityListener = (podUIDs: ReadonlySet<string> | 'All') => void;

/** Who calls, by source address and proof. */
export interface Identities {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** Why somebody cannot be identified now, in one line; null where everybody can. */
  readonly problem: () => string | null;
  /** What holds for the tenant as a whole; null where that is not known. */
  readonly tenant: () => TenantFeed | null;
  /** `address` is the source address of the connection. It never throws. */
  readonly identify: (input: {
    readonly address: string;
    readonly proof: Proof | null;
  }) => Promise<Identification>;
  /**
   * Why what was identified does not hold any more; null where it does. A role that has changed does not. `retry` is true only
   * where the gateway cannot know now, since it does not hear of the API server.
   */
  readonly stillHolds: (caller: Caller) => IdentityRefusal | null;
  /** Calls the listener as soon as the gateway knows. Returns what ends that. */
  readonly onChange: (listener: IdentityListener) => () => void;
  /** The feed as a cache, for metrics. */
  readonly watched: WatchedCache;
}
