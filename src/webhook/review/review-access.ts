import {
  type AccessRequest,
  evaluateAccess,
  type RoleAccess,
} from '../../policy/admission/evaluate-access.ts';
import type { AdmissionRequest } from '../admission-review.ts';
import { type AdmissionVerdict, toVerdict } from '../admission-verdict.ts';
import type { ClusterView } from '../../cluster/cluster-view.ts';
import type { ReviewSettings } from './review-settings.ts';

/**
 * Reviews a person who reaches into a running pod, by the role that the pod has *now* and not by what the request says:
 * the objects of CONNECT carry no labels. A pod that the cache does not know is refused. The API server is asked who may
 * use the role only where the caches have nothing against the request.
 */
export async function reviewAccess(
  request: AdmissionRequest,
  { view, roleUse }: ReviewSettings,
): Promise<AdmissionVerdict> {
  const namespace = request.namespace ?? '';
  const { userInfo: user = {} } = request;
  const name = user.username ?? '';
  const access: AccessRequest = {
    resource: request.resource.resource as AccessRequest['resource'],
    subresource: request.subResource as AccessRequest['subresource'],
    name: request.name ?? '',
    user: { name, isOfTenant: isOfTenant(name, view) },
  };
  const subject = `${access.subresource} into ${access.resource.slice(0, -1)} "${access.name}" in namespace "${namespace}"`;
  const roles = rolesBehind(access, namespace, view);
  const known = evaluateAccess(
    access,
    roles.map((role) => ({ ...role, use: 'Allowed' })),
  );
  if (known.effect !== 'Allow') return toVerdict(subject, known);
  const asked = await Promise.all(
    roles.map(async (role) => ({ ...role, use: await roleUse.review(user, role.name ?? '') })),
  );
  return toVerdict(subject, evaluateAccess(access, asked));
}

/** Whether a user is a ServiceAccount of an enrolled namespace. */
function isOfTenant(user: string, view: ClusterView): boolean {
  const [system, kind, namespace = ''] = user.split(':');
  return system === 'system' && kind === 'serviceaccount' && view.tenantOf(namespace) !== null;
}

function rolesBehind(
  access: AccessRequest,
  namespace: string,
  view: ClusterView,
): readonly Omit<RoleAccess, 'use'>[] {
  const allowed = view.tenantOf(namespace)?.allowedRoles ?? new Set();
  const names =
    access.resource === 'services' ? [...allowed] : [view.roleNameOfPod(namespace, podName(access)) ?? null];
  return names.map((name) => ({
    name,
    role: name === null ? null : view.role(name),
    isAllowedByTenant: name !== null && allowed.has(name),
  }));
}

/** The proxy's name may carry a scheme and a port, as `https:agent:8443` (`SplitSchemeNamePort` of Kubernetes). */
function podName({ subresource, name }: AccessRequest): string {
  if (subresource !== 'proxy') return name;
  const parts = name.split(':');
  return (parts.length === 3 ? parts[1] : parts[0]) ?? '';
}
