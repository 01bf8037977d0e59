import type { AgentRole } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { Condition } from '../../api/shape/conditions.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import type { TenantPolicy } from '../tenants/tenant-policy.ts';
import { narrowRole } from './narrow-role.ts';
import { resolveRole } from './resolve-role.ts';

type RoleResolved = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** The role of a sandbox, narrowed for it; null where there is none. `condition` is `RoleResolved`. */
export interface GrantedRole {
  readonly condition: RoleResolved;
  readonly granted: {
    readonly role: RolePolicy;
    readonly tenant: TenantPolicy;
    readonly reference: { readonly name: string; readonly uid: string | undefined };
  } | null;
}

/** What is known beside a sandbox. */
export interface RoleSurroundings {
  /** The tenant that lists the namespace; null where none does. */
  readonly tenant: TenantPolicy | null;
  /** The tenant whose label the namespace carries: what closes it holds only there. */
  readonly enrolledFor: string | undefined;
  readonly role: (name: string) => AgentRole | undefined;
}

/** Resolves the role of a sandbox as the webhook does, and says what is wrong otherwise. */
export function grantRole(sandbox: AgentSandbox, around: RoleSurroundings): GrantedRole {
  const isEnrolled = around.tenant !== null && around.tenant.name === around.enrolledFor;
  const resolution = resolveRole(sandbox, isEnrolled ? around.tenant : null);
  if (resolution.state === 'NotEnrolled') return refused('NotEnrolled', describeNamespace(sandbox, around));
  const { tenant } = resolution;
  if (resolution.state === 'NoDefaultRole') {
    return refused(
      'NoDefaultRole',
      `spec.roleRef is not set, and tenant "${tenant.name}" has no default role. Create a new sandbox that names a role, or set spec.roles.default of the tenant.`,
    );
  }
  const { name } = resolution;
  if (resolution.state === 'RoleNotAllowed') {
    return refused(
      'RoleNotAllowed',
      `Tenant "${tenant.name}" does not allow role "${name}". Create a new sandbox with another role, or add it to spec.roles.allowed of the tenant.`,
    );
  }
  const found = around.role(name);
  if (found === undefined) return refused('RoleNotFound', `AgentRole "${name}" does not exist. Create it.`);
  const reference = { name, uid: found.metadata.uid };
  return {
    condition: state('True', 'Resolved', `The role is "${name}".`),
    granted: { role: narrowRole(found, sandbox.spec), tenant, reference },
  };
}

function describeNamespace({ metadata }: AgentSandbox, { tenant, enrolledFor }: RoleSurroundings): string {
  const namespace = `Namespace "${metadata.namespace ?? ''}"`;
  if (tenant === null) {
    return `${namespace} belongs to no tenant. Have it listed in spec.namespaces of a TenantIsolation.`;
  }
  return enrolledFor === undefined
    ? `${namespace} is not enrolled for tenant "${tenant.name}" yet.`
    : `${namespace} is still enrolled for tenant "${enrolledFor}", and is to be for "${tenant.name}".`;
}

function refused(reason: string, message: string): GrantedRole {
  return { condition: state('False', reason, message), granted: null };
}

function state(status: RoleResolved['status'], reason: string, message: string): RoleResolved {
  return { type: 'RoleResolved', status, reason, message };
}
