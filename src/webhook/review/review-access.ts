import { type AccessRequest, evaluateAccess } from '../../policy/admission/evaluate-access.ts';
import type { RolePolicy } from '../../policy/roles/role-policy.ts';
import type { AdmissionRequest } from '../admission-review.ts';
import { type AdmissionVerdict, toVerdict } from '../admission-verdict.ts';
import type { ClusterView } from '../../cluster/cluster-view.ts';
import type { ReviewSettings } from './review-settings.ts';

/**
 * Reviews a person who reaches into a running pod, by the role that the pod has *now* and not by what the request says:
 * the objects of CONNECT carry no labels. A pod that the cache does not know is refused.
 */
export function reviewAccess(request: AdmissionRequest, { view }: ReviewSettings): AdmissionVerdict {
  const access: AccessRequest = {
    resource: request.resource.resource as AccessRequest['resource'],
    subresource: request.subResource as AccessRequest['subresource'],
    name: request.name ?? '',
  };
  const namespace = request.namespace ?? '';
  const subject = `${access.subresource} into ${access.resource.slice(0, -1)} "${access.name}" in namespace "${namespace}"`;
  return toVerdict(subject, evaluateAccess(access, rolesBehind(access, namespace, view)));
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
