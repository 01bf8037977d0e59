import { LABEL } from '../../../api/names.ts';
import type { Check, Finding } from '../check.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import type { ReviewContext } from '../review-context.ts';
import type { TenantPolicy } from '../../tenants/tenant-policy.ts';

const FIELD = `metadata.labels[${LABEL.role}]`;

/**
 * The pod must name a role that exists and that its tenant allows.
 *
 * Field: the label `cloister.dev/role`. Allowed: an AgentRole of the tenant's `roles.allowed`. A pod is given no default:
 * who reads it must see what it may do. Where only a role is known (`cloister review --role`), a label must agree with it.
 */
export const role: Check = {
  name: 'role',
  summary: 'The pod names an AgentRole that exists and that its tenant allows.',
  rationale:
    'The role is what every other decision about the agent is made from: a pod with none, or with one of another tenant, is held to nothing.',
  fields: [FIELD],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: ({ metadata }, context) => {
    const named = metadata.labels?.[LABEL.role] || null;
    const wrong = context.scope === 'Tenant' ? judgeInTenant(named, context) : judgeAlone(named, context);
    return wrong === null ? NO_FINDINGS : [wrong];
  },
};

function judgeAlone(named: string | null, context: ReviewContext): Finding | null {
  if (named === null || named === context.role?.name) return null;
  const reviewed = context.role?.name ?? 'a role that exists';
  return finding(named, reviewed, 'Review the pod with the role that it names, or correct the label.');
}

function judgeInTenant(named: string | null, context: ReviewContext): Finding | null {
  const { tenant } = context;
  if (tenant === null) {
    return {
      container: null,
      field: 'metadata.namespace',
      found: context.namespace,
      required: 'a namespace of a TenantIsolation',
      fix: "Create the pod in a namespace of its tenant, or add this one to the tenant's spec.namespaces.",
    };
  }
  const allowed = [...tenant.allowedRoles].join(', ') || 'nothing';
  if (named === null) {
    const fix = `Set the label${suggest(tenant)}.`;
    return finding('nothing', `one of ${allowed}`, fix);
  }
  if (!tenant.allowedRoles.has(named)) {
    const fix = `Name a role that the tenant ${tenant.name} allows, or have it added to the tenant's roles.allowed.`;
    return finding(named, `one of ${allowed}`, fix);
  }
  if (context.role?.name === named) return null;
  return finding(named, 'an AgentRole that exists', `Create the AgentRole ${named}, or correct the label.`);
}

function suggest({ name, defaultRole }: TenantPolicy): string {
  return defaultRole === null ? '' : `, for example to ${defaultRole}, the default of the tenant ${name}`;
}

function finding(found: string, required: string, fix: string): Finding {
  return { container: null, field: FIELD, found, required, fix };
}
