import type { AgentRole } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { EXEMPTIBLE_CHECKS } from '../admission/exemptible-checks.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { type Decision, decide, type Finding } from '../decision.ts';
import { evaluateAgentRole } from '../roles/evaluate-agent-role.ts';
import type { RolePolicy } from '../roles/role-policy.ts';
import { evaluateAgentSandbox } from '../sandboxes/evaluate-agent-sandbox.ts';
import { resolveRole } from '../sandboxes/resolve-role.ts';
import { evaluateTenantIsolation } from '../tenants/evaluate-tenant-isolation.ts';
import type { TenantPolicy } from '../tenants/tenant-policy.ts';

/** The roles and tenants that are known, on a cluster or in files. */
export interface KnownPolicies {
  role(name: string): RolePolicy | null;
  /** The tenant that holds the namespace. */
  tenantOf(namespace: string): TenantPolicy | null;
  /** Names of the tenants, other than `except`, that list the namespace. */
  otherTenantsOf(namespace: string, except: string): readonly string[];
}

/** What is known beside an object of a Cloister kind when it is written. */
export interface KindContext {
  readonly policies: KnownPolicies;
  /** Whether a tenant that is not known does not exist; false for files, whose tenant may be on the cluster. */
  readonly knowsEveryTenant: boolean;
  readonly namespace: string;
  /** The object before an update; null where it is new. */
  readonly before: unknown;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Evaluates an object of a Cloister kind by what its schema cannot express: other objects, the clock, the content of
 * free-form fields. The object must satisfy the schema of its kind. A kind without such rules is allowed.
 */
export function evaluateKind(kind: string, object: unknown, context: KindContext): Decision {
  const findings = findingsOf(kind, object, context);
  return decide(
    'ObjectInvalid',
    findings.map((finding) => ({ check: kind, ...finding, container: null })),
  );
}

function findingsOf(kind: string, object: unknown, context: KindContext): readonly Finding[] {
  switch (kind) {
    case 'AgentRole':
      return evaluateAgentRole(object as AgentRole);
    case 'TenantIsolation':
      return evaluateTenant(object as TenantIsolation, context);
    case 'AgentSandbox':
      return evaluateSandbox(object as AgentSandbox, context);
    default:
      return [];
  }
}

function evaluateTenant(tenant: TenantIsolation, { policies, before, now }: KindContext): readonly Finding[] {
  return evaluateTenantIsolation(tenant, {
    otherTenantsOf: (namespace) => policies.otherTenantsOf(namespace, tenant.metadata.name),
    exemptible: EXEMPTIBLE_CHECKS,
    now,
    before: before as TenantIsolation | null,
  });
}

function evaluateSandbox(
  sandbox: AgentSandbox,
  { policies, namespace, knowsEveryTenant, before }: KindContext,
): readonly Finding[] {
  if (endsTask(sandbox, before as AgentSandbox | null)) return [];
  const tenant = policies.tenantOf(namespace);
  if (tenant === null && !knowsEveryTenant) return [];
  const resolution = resolveRole(sandbox, tenant);
  const role = resolution.state === 'Named' ? policies.role(resolution.name) : null;
  return evaluateAgentSandbox(sandbox, { namespace, tenant, role });
}

/** Ending a task is not refused, whatever the tenant and the role have become since. */
function endsTask({ spec }: AgentSandbox, before: AgentSandbox | null): boolean {
  return (
    before !== null && spec.state === 'Stopped' && isDeepEqualJson({ ...before.spec, state: 'Stopped' }, spec)
  );
}
