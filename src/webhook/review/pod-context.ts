import { contextOfPod } from '../../policy/admission/context-of-pod.ts';
import type { Operation, ReviewContext } from '../../policy/admission/review-context.ts';
import type { Pod } from '../../policy/pod/pod.ts';
import type { AdmissionRequest } from '../admission-review.ts';
import type { ReviewSettings } from './review-settings.ts';

/** Gathers what is known beside the pod of a request, and who asks. */
export function podContext(
  request: AdmissionRequest,
  pod: Pod,
  operation: Operation,
  { view, configuration }: ReviewSettings,
): ReviewContext {
  const user = { name: request.userInfo?.username ?? '', groups: request.userInfo?.groups ?? [] };
  const situation = { namespace: request.namespace ?? '', operation, user };
  return contextOfPod(pod, situation, { policies: view, configuration });
}
