import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { TenantPolicy } from '../tenants/tenant-policy.ts';

/**
 * Which role applies to a sandbox; each refusal is a reason of its condition `RoleResolved`. A role that does not exist is
 * named here all the same: whether it exists is the caller's to know.
 */
export type RoleResolution =
  | { readonly state: 'Named'; readonly name: string; readonly tenant: TenantPolicy }
  | { readonly state: 'RoleNotAllowed'; readonly name: string; readonly tenant: TenantPolicy }
  | { readonly state: 'NoDefaultRole'; readonly tenant: TenantPolicy }
  | { readonly state: 'NotEnrolled' };

/**
 * Resolves the role of a sandbox: the one that it names, else the one that was recorded when it was first resolved, else the
 * tenant's default. So a later change of the default gives no running sandbox another role.
 */
export function resolveRole(sandbox: AgentSandbox, tenant: TenantPolicy | null): RoleResolution {
  if (tenant === null) return { state: 'NotEnrolled' };
  const name = sandbox.spec.roleRef?.name ?? sandbox.status?.resolvedRole?.name ?? tenant.defaultRole;
  if (name === null) return { state: 'NoDefaultRole', tenant };
  return { state: tenant.allowedRoles.has(name) ? 'Named' : 'RoleNotAllowed', name, tenant };
}
