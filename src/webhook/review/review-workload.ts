import { describeViolation } from '../../policy/describe-decision.ts';
import { evaluatePod } from '../../policy/admission/evaluate-pod.ts';
import { contractWarnings } from '../../policy/admission/warnings.ts';
import { findPod } from '../../policy/pod/pod-template.ts';
import { createPodSubject } from '../../policy/pod/pod-subject.ts';
import type { AdmissionRequest } from '../admission-review.ts';
import { ALLOWED, type AdmissionVerdict } from '../admission-verdict.ts';
import { podContext } from './pod-context.ts';
import type { ReviewSettings } from './review-settings.ts';

/** Violations that are listed; more would not reach the user. */
const MAX_VIOLATIONS = 14;

/**
 * Answers a workload that holds a pod template with warnings, so that `kubectl apply` says at once what its pods will
 * be refused for. It never refuses: the pods are reviewed when they are created, and a controller must be able to finish work
 * that is under way.
 */
export function reviewWorkload(request: AdmissionRequest, settings: ReviewSettings): AdmissionVerdict {
  const found = findPod((request.object ?? {}) as Record<string, unknown>);
  if (found === null) return ALLOWED;
  const subject = createPodSubject(found.pod, found.prefix);
  const context = podContext(request, found.pod, 'Create', settings);
  const decision = evaluatePod(subject, { context, now: settings.now() });
  const advice = contractWarnings(subject);
  if (decision.effect !== 'Deny') {
    return advice.length === 0 ? ALLOWED : { allowed: true, warnings: advice };
  }
  const listed = decision.violations.slice(0, MAX_VIOLATIONS);
  const left = decision.violations.length - listed.length;
  const refusals = ['the pods of this template will be refused:', ...listed.map(describeViolation)];
  if (left > 0) return { allowed: true, warnings: refusals, unlistedWarnings: left };
  return { allowed: true, warnings: [...refusals, ...advice] };
}
