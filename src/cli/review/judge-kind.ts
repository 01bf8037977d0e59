import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { EXEMPTIBLE_CHECKS } from '../../policy/admission/exemptible-checks.ts';
import { judgeAgentRole } from '../../policy/roles/evaluate-agent-role.ts';
import { judgeAgentSandbox } from '../../policy/sandboxes/evaluate-agent-sandbox.ts';
import { judgeTenantIsolation } from '../../policy/tenants/evaluate-tenant-isolation.ts';
import type { KindFinding } from '../../policy/kinds/kind-finding.ts';
import type { Policies } from '../policies/policies.ts';
import type { CloisterObject } from '../policies/read-cloister-object.ts';
import type { ReviewOptions } from './review-options.ts';

/** What the webhook would refuse a Cloister object for, beyond its schema. */
export function judgeKind(
  object: CloisterObject,
  policies: Policies,
  options: Pick<ReviewOptions, 'tenant' | 'now'>,
): readonly KindFinding[] {
  switch (object.kind) {
    case 'AgentRole':
      return judgeAgentRole(object);
    case 'TenantIsolation':
      return judgeTenantIsolation(object, {
        otherTenantsOf: (namespace) => policies.otherTenantsOf(namespace, object.metadata.name),
        exemptible: EXEMPTIBLE_CHECKS,
        now: options.now,
        before: null,
      });
    case 'AgentSandbox':
      return judgeSandbox(object, policies, options);
    case 'AgentApproval':
    case 'AgentQuarantine':
      return [];
    default:
      return object satisfies never;
  }
}

/** The tenant of a sandbox may be on the cluster only: then nothing is known that could be judged. */
function judgeSandbox(
  sandbox: AgentSandbox,
  policies: Policies,
  options: Pick<ReviewOptions, 'tenant'>,
): readonly KindFinding[] {
  const namespace = sandbox.metadata.namespace ?? '';
  const tenant = options.tenant === null ? policies.tenantOf(namespace) : policies.tenant(options.tenant);
  if (tenant === null) return [];
  const name = sandbox.spec.roleRef?.name ?? tenant.defaultRole;
  return judgeAgentSandbox(sandbox, { namespace, tenant, role: name === null ? null : policies.role(name) });
}
