import type { RolePolicy } from '../policy/roles/role-policy.ts';
import type { TenantPolicy } from '../policy/tenants/tenant-policy.ts';

/**
 * What the webhook knows of the cluster, from its watch caches alone: answering makes no call, so an answer takes no
 * longer and fails no more often when the API server is slow.
 */
export interface ClusterView {
  /** The tenant that lists the namespace; the older one where two do (the webhook refuses the second when it is written). */
  tenantOf(namespace: string): TenantPolicy | null;
  role(name: string): RolePolicy | null;
  /** The role label of a running pod: null where it has none, undefined where the pod is not known. */
  roleNameOfPod(namespace: string, name: string): string | null | undefined;
  /** Tenants other than `except` that list the namespace. */
  otherTenantsOf(namespace: string, except: string): readonly string[];
}
