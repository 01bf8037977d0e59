import { LABEL, OPERATOR_USER } from '../../api/names.ts';
import { parseImage } from '../../policy/roles/image-pattern.ts';
import type { Pod } from '../../policy/pod/pod.ts';
import type { ContextScope, ReviewContext } from '../../policy/admission/review-context.ts';
import type { Policies } from '../policies/policies.ts';

/** What the user said about the world around the pods. */
export interface Surroundings {
  /** The role to hold every pod to, whatever it names. */
  readonly role: string | null;
  /** The tenant that every pod belongs to, whatever its namespace. */
  readonly tenant: string | null;
  /** Digests of trusted start gate images; empty where the user named none. */
  readonly startGateDigests: readonly string[];
}

/** The role that a pod is to be held to: the one the user named, or that of its label. */
export function roleNameOf(pod: Pod, { role }: Pick<Surroundings, 'role'>): string | null {
  return role ?? (pod.metadata?.labels?.[LABEL.role] || null);
}

/** Gathers what is known beside a pod in a file. */
export function podReviewContext(
  pod: Pod,
  namespace: string,
  policies: Policies,
  surroundings: Surroundings,
): ReviewContext {
  const roleName = roleNameOf(pod, surroundings);
  const role = roleName === null ? null : policies.role(roleName);
  const named = surroundings.tenant;
  const tenant = named === null ? policies.tenantOf(namespace) : policies.tenant(named);
  const startGateDigests = trustedStartGates(pod, surroundings);
  return {
    scope: scopeOf({ role, tenant }, roleName),
    operation: 'Create',
    namespace,
    user: null,
    role,
    tenant,
    configuration: { startGateDigests, operatorUser: OPERATOR_USER },
  };
}

/**
 * Without its role only the context-free contract applies: the role may exist on the cluster. A pod in the namespace of
 * a known tenant that names no role, or one that the tenant does not allow, is certainly refused, and told so.
 */
function scopeOf(
  { role, tenant }: Pick<ReviewContext, 'role' | 'tenant'>,
  roleName: string | null,
): ContextScope {
  if (role !== null) return tenant === null ? 'Role' : 'Tenant';
  if (tenant === null) return 'None';
  return roleName === null || !tenant.allowedRoles.has(roleName) ? 'Tenant' : 'None';
}

/**
 * The start gates that are trusted. Without any named, which only the installation can, an image called `start-gate`
 * in the first place is taken for one, and everything else about it is still judged.
 */
function trustedStartGates(pod: Pod, { startGateDigests }: Surroundings): readonly string[] {
  if (startGateDigests.length > 0) return [...new Set(startGateDigests)];
  const image = parseImage(pod.spec?.initContainers?.[0]?.image ?? '');
  const isNamedSo = image?.repository.endsWith('/start-gate') === true;
  return isNamedSo && image.digest !== null ? [image.digest] : [];
}
