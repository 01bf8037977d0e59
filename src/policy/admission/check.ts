import type { Finding } from '../decision.ts';
import type { Pod } from '../pod/pod.ts';
import type { ContainerPosition, PodSubject } from '../pod/pod-subject.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import type { ContextScope, Operation, ReviewContext } from './review-context.ts';

/** Where a check looks. `Pod` is the pod itself: its spec outside the container lists, and its metadata. */
export type Position = 'Pod' | ContainerPosition;

/**
 * How a check relates to Kubernetes Pod Security `restricted` (v1.37).
 * `Equal`: the same verdict on every pod. `Stricter`: refuses all that the named upstream check refuses, and more.
 */
export interface UpstreamRelation {
  readonly relation: 'Equal' | 'Stricter';
  /** ID of the check upstream, for example `hostNamespaces`. */
  readonly check: string;
}

/** Takes what a check finds. */
export type Report = (finding: Finding) => void;

/**
 * A rule of a check in CEL, for the ValidatingAdmissionPolicy that holds when the webhook is gone.
 * `expression` is true for what is allowed. With `each`, it is asked of every container `c` of those positions, or of
 * every volume `v`; without, of the pod (`object`).
 */
export interface CelRule {
  readonly each?: readonly ContainerPosition[] | 'Volume';
  readonly expression: string;
  /**
   * CEL about the pod and `namespaceObject` by which a namespace allows what `expression` does not. Asked only where that
   * is false, since match conditions do not know the namespace.
   */
  readonly liftedInNamespace?: string;
}

/** What is known when a pod is repaired. */
export interface FixContext {
  /** As the pod is evaluated. */
  readonly review: ReviewContext;
  readonly role: RolePolicy;
  /** The start gate by digest, for pods that have none; null where it is not known. */
  readonly startGateImage: string | null;
}

/** One rule of the pod contract: data, and pure functions. */
export interface Check {
  /** Kebab-case, unique, stable: refusals, exemptions and reports name it. */
  readonly name: string;
  /** One sentence: what the check asks for. */
  readonly summary: string;
  /** Why: what an agent could do without it. Shown by `cloister explain`. */
  readonly rationale: string;
  /** The fields it reads, as `spec.containers[*].securityContext.privileged`. */
  readonly fields: readonly string[];
  readonly positions: readonly Position[];
  readonly operations: readonly Operation[];
  readonly context: ContextScope;
  /** Null where Pod Security `restricted` has no such check. */
  readonly upstream: UpstreamRelation | null;
  /** Present exactly for checks of context `None`: the same rule in CEL. */
  readonly cel?: readonly CelRule[];
  /** Reports everything that is wrong. Never throws on a well-shaped pod. */
  evaluate(subject: PodSubject, context: ReviewContext, report: Report): void;
  /**
   * Returns the pod without the violations of this check that need no decision of its author. Called only with a pod that
   * the check refuses; does not write to it. Not set where every violation needs a decision.
   */
  fix?(pod: Pod, context: FixContext): Pod;
}
