import { describeRefusal } from '../../policy/describe-decision.ts';
import { isJudgedUpdate } from '../../policy/admission/changes-contract.ts';
import { judgePod } from '../../policy/admission/evaluate-pod.ts';
import type { Pod } from '../../policy/pod/pod.ts';
import { createPodSubject } from '../../policy/pod/pod-subject.ts';
import type { AdmissionRequest } from '../admission-review.ts';
import { ALLOWED, type AdmissionVerdict } from '../admission-verdict.ts';
import { podContext } from './pod-context.ts';
import type { ReviewSettings } from './review-settings.ts';

/**
 * Judges a pod that is created or changed, also through `ephemeralcontainers`, `resize` and any subresource that a
 * later Kubernetes may add: what is not known is judged, not waved through.
 */
export function reviewPod(request: AdmissionRequest, settings: ReviewSettings): AdmissionVerdict {
  const pod = request.object as Pod | null | undefined;
  if (pod === null || pod === undefined) return missingObject(request);
  const isUpdate = request.operation === 'UPDATE';
  if (isUpdate && request.oldObject && !isJudgedUpdate(request.oldObject, pod)) return ALLOWED;
  const subject = createPodSubject(pod);
  const context = podContext(request, pod, isUpdate ? 'Update' : 'Create', settings);
  const { violations, reasons } = judgePod(subject, context, settings.now());
  if (violations.length === 0) return reasons.length === 0 ? ALLOWED : exempted(reasons);
  const name = pod.metadata?.name ?? `${pod.metadata?.generateName ?? ''}*`;
  return {
    allowed: false,
    code: 403,
    reason: 'Forbidden',
    message: describeRefusal(`pod "${name}" in namespace "${context.namespace}"`, violations),
    checks: [...new Set(violations.map(({ check }) => check))],
  };
}

function exempted(reasons: readonly string[]): AdmissionVerdict {
  return { allowed: true, auditAnnotations: { exemption: reasons.join('; ') } };
}

function missingObject({ operation, uid }: AdmissionRequest): AdmissionVerdict {
  const message = `the review ${uid} asks about ${operation} of a pod but holds no object; nothing can be judged`;
  return { allowed: false, code: 400, reason: 'BadRequest', message, checks: [] };
}
