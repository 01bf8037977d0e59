import type { ReviewContext } from '../../../../src/policy/admission/review-context.ts';
import type { WritablePod } from '../../../build/pod.ts';

/** A pod and the verdict on it. */
export interface Fixture {
  /** A sentence: what is special about the pod. */
  readonly name: string;
  /** Changes the compliant pod of `buildPod()`. */
  readonly tweak: (pod: WritablePod) => void;
  /** Changes what is known beside the pod. */
  readonly context?: Partial<ReviewContext>;
  /** Why the API server itself would refuse such a pod, where it would. */
  readonly invalid?: string;
}

export interface FailFixture extends Fixture {
  /** Exactly the checks that refuse the pod; the fixture's own check alone, where left out. */
  readonly checks?: readonly string[];
  /** The fields that the check under test must name, in order. */
  readonly fields: readonly string[];
  /** What the findings must say was found, in order of `fields`, where it is worth holding. */
  readonly found?: readonly string[];
}

/** The test of a check, as data: what it lets through and what it refuses. */
export interface CheckFixtures {
  readonly check: string;
  readonly pass: readonly Fixture[];
  readonly fail: readonly FailFixture[];
}
