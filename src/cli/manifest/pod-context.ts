import { LABEL, OPERATOR_USER } from '../../api/names.ts';
import type { ContextScope, ReviewContext } from '../../policy/admission/review-context.ts';
import type { Pod } from '../../policy/pod/pod.ts';
import { parseImage } from '../../policy/roles/image-pattern.ts';
import type { Policies } from '../input/policies.ts';
import type { ManifestPod } from './read-manifest.ts';

/** What the user said about the cluster that the pods are for. */
export interface Assumptions {
  readonly policies: Policies;
  /** The role of every pod, whatever its label says; undefined for the role of its label. */
  readonly role: string | undefined;
  /** The tenant of every pod, whatever its namespace; undefined for the tenant that lists its namespace. */
  readonly tenant: string | undefined;
  /** Digests of the trusted start gate images; empty where the user named none. */
  readonly startGateDigests: readonly string[];
}

/** Returns the name of the role that a pod is evaluated with; null where it has none. */
export function roleNameOf(pod: Pod, { role }: Pick<Assumptions, 'role'>): string | null {
  return role ?? (pod.metadata?.labels?.[LABEL.role] || null);
}

/** Returns what is known beside a pod of a manifest. */
export function podContext(
  { pod, namespace, isExisting }: ManifestPod,
  assumptions: Assumptions,
): ReviewContext {
  const { policies, tenant: tenantName } = assumptions;
  const roleName = roleNameOf(pod, assumptions);
  const role = roleName === null ? null : policies.role(roleName);
  const tenant = tenantName === undefined ? policies.tenantOf(namespace) : policies.tenant(tenantName);
  const startGateDigests = trustedStartGates(pod, assumptions);
  return {
    scope: scopeOf({ role, tenant }, roleName),
    // What the scheduler and the kubelet have set since is no fault of the pod's author.
    operation: isExisting ? 'Update' : 'Create',
    namespace,
    user: null,
    role,
    tenant,
    configuration: { startGateDigests, operatorUser: OPERATOR_USER },
  };
}

/**
 * Without its role a pod is evaluated only with the checks that need none, because the cluster may have the role. But a
 * tenant that is known refuses a pod that names no role, or a role that the tenant does not allow.
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
 * The digests of the installation's start gates are known only to the user. If none are given, the first init container
 * is trusted by the name `start-gate` of its image, and everything else about it is still evaluated.
 */
function trustedStartGates(pod: Pod, { startGateDigests }: Assumptions): readonly string[] {
  if (startGateDigests.length > 0) return [...new Set(startGateDigests)];
  const image = parseImage(pod.spec?.initContainers?.[0]?.image ?? '');
  const isStartGate = image?.repository.endsWith('/start-gate') === true;
  return isStartGate && image.digest !== null ? [image.digest] : [];
}
