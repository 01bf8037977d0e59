import { LABEL } from '../../api/names.ts';
import { show } from '../../lib/show.ts';
import type { Check } from '../../policy/admission/check.ts';
import { role } from '../../policy/admission/checks/role.ts';
import { applies } from '../../policy/admission/evaluate-contract.ts';
import type { ReviewContext } from '../../policy/admission/review-context.ts';

/** Why checks were not evaluated. */
export type Cause =
  | { readonly type: 'NoRoleNamed' }
  | { readonly type: 'RoleMissing'; readonly role: string }
  | { readonly type: 'NoTenant'; readonly namespace: string }
  /** Of a sandbox, not of a pod. */
  | { readonly type: 'SandboxAlone' };

/** The checks that were not evaluated for one pod or sandbox, and why. */
export interface Unchecked {
  readonly cause: Cause;
  /** At least one. */
  readonly checks: readonly string[];
}

/** Finds the checks that need more than is known beside the pod; null where every one of them was evaluated. */
export function findUnchecked(
  checks: readonly Check[],
  context: ReviewContext,
  roleName: string | null,
): Unchecked | null {
  if (context.scope === 'Tenant') return null;
  const left = checks
    .filter((check) => applies(check, { ...context, scope: 'Tenant' }) && !isEvaluated(check, context))
    .map(({ name }) => name);
  return left.length === 0 ? null : { cause: causeOf(context, roleName), checks: left };
}

/** Without a tenant the check of the role cannot say whether the tenant allows it. */
function isEvaluated(check: Check, context: ReviewContext): boolean {
  return applies(check, context) && check !== role;
}

function causeOf({ role: policy, namespace }: ReviewContext, roleName: string | null): Cause {
  if (policy !== null) return { type: 'NoTenant', namespace };
  return roleName === null ? { type: 'NoRoleNamed' } : { type: 'RoleMissing', role: roleName };
}

/** `2 pods name the role "x", which the input does not hold` */
export function describeCause(cause: Cause, pods: number): string {
  const isOne = pods === 1;
  if (cause.type === 'SandboxAlone') {
    return `${isOne ? '1 sandbox has its' : `${pods} sandboxes have their`} role or tenant not in the input`;
  }
  const subject = isOne ? '1 pod' : `${pods} pods`;
  switch (cause.type) {
    case 'NoRoleNamed':
      return `${subject} ${isOne ? 'names' : 'name'} no role, and no tenant of the input holds ${isOne ? 'its namespace' : 'their namespaces'}`;
    case 'RoleMissing':
      return `${subject} ${isOne ? 'names' : 'name'} the role ${show(cause.role)}, which the input does not hold`;
    case 'NoTenant':
      return cause.namespace === ''
        ? `${subject} ${isOne ? 'has' : 'have'} no namespace, so no tenant is known`
        : `${subject} ${isOne ? 'is' : 'are'} in the namespace ${show(cause.namespace)}, which no tenant of the input holds`;
    default:
      return cause satisfies never;
  }
}

/** Says what to add so that the checks are evaluated. */
export function adviseOn({ type }: Cause): string {
  switch (type) {
    case 'NoRoleNamed':
      return `Set the label ${LABEL.role}, or give --role.`;
    case 'RoleMissing':
      return 'Add the AgentRole with another -f.';
    case 'NoTenant':
      return 'Add the TenantIsolation with another -f, and give --tenant where the namespace is not set.';
    case 'SandboxAlone':
      return 'Add the AgentRole and the TenantIsolation with another -f.';
    default:
      return type satisfies never;
  }
}
