import { LABEL } from '../../api/names.ts';
import type { Pod } from '../../policy/pod/pod.ts';
import type { Operation, ReviewContext } from '../../policy/admission/review-context.ts';
import type { AdmissionRequest } from '../admission-review.ts';
import type { ReviewSettings } from './review-settings.ts';

/** Gathers what is known beside a pod: its tenant by namespace, its role by label, and who asks. */
export function podContext(
  request: AdmissionRequest,
  pod: Pod,
  operation: Operation,
  { view, configuration }: ReviewSettings,
): ReviewContext {
  const namespace = request.namespace ?? '';
  const roleName = pod.metadata?.labels?.[LABEL.role];
  return {
    scope: 'Tenant',
    operation,
    namespace,
    user: { name: request.userInfo?.username ?? '', groups: request.userInfo?.groups ?? [] },
    role: roleName === undefined ? null : view.role(roleName),
    tenant: view.tenantOf(namespace),
    configuration,
  };
}
