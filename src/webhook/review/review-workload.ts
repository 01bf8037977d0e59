import { describeViolation } from '../../policy/describe-decision.ts';
import { evaluatePod } from '../../policy/admission/evaluate-pod.ts';
import { findPod } from '../../policy/pod/pod-template.ts';
import { createPodSubject } from '../../policy/pod/pod-subject.ts';
import type { AdmissionRequest } from '../admission-review.ts';
import { ALLOWED, type AdmissionVerdict } from '../admission-verdict.ts';
import { podContext } from './pod-context.ts';
import type { ReviewSettings } from './review-settings.ts';

/** The API server keeps 4,096 characters of warnings in all and cuts each at 256 (apiserver `warning` package). */
const MAX_WARNINGS = 14;
const MAX_WARNING_CHARACTERS = 256;

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
  if (decision.effect !== 'Deny') return ALLOWED;
  const { violations } = decision;
  const lines = violations.slice(0, MAX_WARNINGS).map((violation) => shorten(describeViolation(violation)));
  const rest = violations.length - lines.length;
  if (rest > 0) lines.push(`and at least ${rest} more; cloister review -f lists them`);
  return { allowed: true, warnings: ['the pods of this template will be refused:', ...lines] };
}

function shorten(text: string): string {
  return text.length > MAX_WARNING_CHARACTERS ? `${text.slice(0, MAX_WARNING_CHARACTERS - 1)}…` : text;
}
