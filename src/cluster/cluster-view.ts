import { type RolePolicy } from '../policy/roles/role-policy.ts';
import { type TenantPolicy } from '../policy/tenants/tenant-policy.ts';

/**
 * The roles, tenants and governed pods of a cluster, read from watch caches. No lookup makes a call, so a slow API server
 * does not slow a lookup down.
 */
export interface ClusterView {
  /** The tenant that lists the namespace. Where several do, the oldest of them. */
  tenantOf(namespace: string): TenantPolicy | null;
  role(name: string): RolePolicy | null;
  /** The role label of a running pod: null where the pod has none, undefined where the pod is not known. */
  roleNameOfPod(namespace: string, name: string): string | null | undefined;
  /** Tenants other than `except` that list the namespace. */
  otherTenantsOf(namespace: string, except: string): readonly string[];
}
