import { evaluatePod } from '../../src/policy/admission/evaluate-pod.ts';
import type { ReviewContext } from '../../src/policy/admission/review-context.ts';
import { type Violation, violationsOf } from '../../src/policy/decision.ts';
import { createPodSubject } from '../../src/policy/pod/pod-subject.ts';
import type { Pod } from '../../src/policy/pod/pod.ts';
import { buildReviewContext } from './review-context.ts';

/** What the whole contract finds wrong with a pod, in 1970. */
export function violationsOfPod(pod: Pod, context: Partial<ReviewContext> = {}): readonly Violation[] {
  return violationsOf(evaluatePod(createPodSubject(pod), { context: buildReviewContext(context), now: 0 }));
}
