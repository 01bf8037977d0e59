import { type AccessRequest, decideAccess } from '../../policy/admission/evaluate-access.ts';
import { describeRefusal } from '../../policy/describe-decision.ts';
import type { RolePolicy } from '../../policy/roles/role-policy.ts';
import type { AdmissionRequest } from '../admission-review.ts';
import { ALLOWED, type AdmissionVerdict } from '../admission-verdict.ts';
import type { ClusterView } from '../../cluster/cluster-view.ts';
import type { ReviewSettings } from './review-settings.ts';

/**
 * Judges a person who reaches into a running pod, by the role that the pod has *now* and not by what the request says:
 * the objects of CONNECT carry no labels. A pod that the cache does not know is refused.
 */
export function reviewAccess(request: AdmissionRequest, { view }: ReviewSettings): AdmissionVerdict {
  const access: AccessRequest = {
    resource: request.resource.resource as AccessRequest['resource'],
    subresource: request.subResource as AccessRequest['subresource'],
    name: request.name ?? '',
  };
  const namespace = request.namespace ?? '';
  const violations = decideAccess(access, rolesBehind(access, namespace, view));
  if (violations.length === 0) return ALLOWED;
  const subject = `${access.subresource} into ${access.resource.slice(0, -1)} "${access.name}" in namespace "${namespace}"`;
  return {
    allowed: false,
    code: 403,
    reason: 'Forbidden',
    message: describeRefusal(subject, violations),
    checks: ['access'],
  };
}

function rolesBehind(
  access: AccessRequest,
  namespace: string,
  view: ClusterView,
): readonly (RolePolicy | null)[] {
  if (access.resource === 'services') {
    const allowed = view.tenantOf(namespace)?.allowedRoles ?? [];
    return [...allowed].map((name) => view.role(name));
  }
  const name = view.roleNameOfPod(namespace, podName(access));
  return [name === undefined || name === null ? null : view.role(name)];
}

/** The proxy's name may carry a scheme and a port, as `https:agent:8443` (`SplitSchemeNamePort` of Kubernetes). */
function podName({ subresource, name }: AccessRequest): string {
  if (subresource !== 'proxy') return name;
  const parts = name.split(':');
  return (parts.length === 3 ? parts[1] : parts[0]) ?? '';
}
