import { LABEL } from '../../../api/names.ts';
import { show } from '../../../lib/show.ts';
import type { TenantPolicy } from '../../tenants/tenant-policy.ts';
import type { Check, Report } from '../check.ts';
import type { ReviewContext } from '../review-context.ts';

const FIELD = `metadata.labels[${LABEL.role}]`;

/**
 * The pod must name a role that exists and that its tenant allows.
 *
 * Field: the label `cloister.dev/role`. Allowed: an AgentRole of the tenant's `roles.allowed`. A pod gets no default role,
 * so that its manifest shows what it may do. Where only a role is known (`cloister review --role`), a label must agree
 * with it.
 */
export const role: Check = {
  name: 'role',
  summary: 'The pod names an AgentRole that exists and that its tenant allows.',
  rationale:
    'Every other decision about the agent is made from its role: a pod without one, or with a role of another tenant, has no limits.',
  fields: [FIELD],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: ({ metadata }, context, report) => {
    const named = metadata.labels?.[LABEL.role] || null;
    if (context.scope !== 'Tenant') evaluateWithoutTenant(named, context, report);
    else if (context.tenant !== null) evaluateInTenant(named, context.tenant, context, report);
    else reportNamespace(context, report);
  },
};

function evaluateWithoutTenant(named: string | null, context: ReviewContext, report: Report): void {
  const reviewed = context.role?.name;
  if (named === null || named === reviewed) return;
  report({
    field: FIELD,
    found: show(named),
    required:
      reviewed === undefined
        ? 'must name an AgentRole that exists'
        : `must be "${reviewed}", the role that the pod is reviewed with`,
    fix: 'Review the pod with the role that it names, or correct the label.',
  });
}

function evaluateInTenant(
  named: string | null,
  tenant: TenantPolicy,
  context: ReviewContext,
  report: Report,
): void {
  const found = show(named);
  if (named === null || !tenant.allowedRoles.has(named)) {
    report({ field: FIELD, found, required: requiredRole(tenant), fix: fixRole(named, tenant) });
  } else if (context.role?.name !== named) {
    const fix = `Create AgentRole "${named}", or correct the label.`;
    report({ field: FIELD, found, required: 'must name an AgentRole that exists', fix });
  }
}

function requiredRole({ name, allowedRoles }: TenantPolicy): string {
  const roles = [...allowedRoles].map((allowed) => `"${allowed}"`);
  if (roles.length === 0) return `must be a role that tenant "${name}" allows, but the tenant allows none`;
  return `must be ${roles.length === 1 ? '' : 'one of '}${roles.join(', ')}`;
}

function fixRole(named: string | null, { name, allowedRoles, defaultRole }: TenantPolicy): string {
  const list = `spec.roles.allowed of TenantIsolation "${name}"`;
  if (named !== null) {
    return allowedRoles.size === 0
      ? `Add "${named}" to ${list}.`
      : `Name a role that is allowed, or add "${named}" to ${list}.`;
  }
  if (allowedRoles.size === 0) return `Add a role to ${list}, and set the label to it.`;
  return defaultRole === null
    ? 'Set the label to a role that the tenant allows.'
    : `Set the label, for example to "${defaultRole}", the default role of tenant "${name}".`;
}

function reportNamespace({ namespace }: ReviewContext, report: Report): void {
  report({
    field: 'metadata.namespace',
    found: show(namespace || null),
    required: 'must be a namespace of a TenantIsolation',
    fix: 'Create the pod in a namespace of its tenant, or add this namespace to spec.namespaces of its TenantIsolation.',
  });
}
