import type { ContainerPosition, PodSubject } from '../pod/pod-subject.ts';
import type { ContextScope, Operation, ReviewContext } from './review-context.ts';

/** Where a check looks. `Pod` is the pod itself: its spec outside the container lists, and its metadata. */
export type Position = 'Pod' | ContainerPosition;

/**
 * How a check stands to Kubernetes Pod Security `restricted` (v1.37).
 * `Equal`: the same verdict on every pod. `Stricter`: refuses all that the named upstream check refuses, and more.
 */
export interface UpstreamRelation {
  readonly relation: 'Equal' | 'Stricter';
  /** ID of the check upstream, for example `hostNamespaces`. */
  readonly check: string;
}

/** One thing that is wrong, before it is known to which check and manifest it belongs. */
export interface Finding {
  /** The container's name, or null for the pod. */
  readonly container: string | null;
  /** Path from the pod's root, for example `spec.containers[0].securityContext.privileged`. */
  readonly field: string;
  /** What was found there, as the author wrote it; `nothing` where the field is absent. Never a secret. */
  readonly found: string;
  /** What the contract asks for. */
  readonly required: string;
  /** What to do, as an instruction. */
  readonly fix: string;
}

/** A finding with the check that made it. `field` counts from the manifest's root. */
export interface Violation extends Finding {
  readonly check: string;
}

/**
 * A rule of a check in CEL, for the ValidatingAdmissionPolicy that holds when the webhook is gone.
 * `expression` is true for what is allowed. With `each`, it is asked of every container `c` of those positions, or of
 * every volume `v`; without, of the pod (`object`).
 */
export interface CelRule {
  readonly each?: readonly ContainerPosition[] | 'Volume';
  readonly expression: string;
}

/** One rule of the pod contract: data, and a pure function. */
export interface Check {
  /** Kebab-case, unique, stable: it stands in deny texts, exemptions and reports. */
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
  /** All that is wrong; empty when the pod is as it should be. Never throws on a well-shaped pod. */
  evaluate(subject: PodSubject, context: ReviewContext): readonly Finding[];
}
