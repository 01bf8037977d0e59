import type { AgentRole } from '../../api/agent-role.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { EXEMPTIBLE_CHECKS } from '../../policy/admission/exemptible-checks.ts';
import { judgeAgentRole } from '../../policy/roles/evaluate-agent-role.ts';
import { judgeAgentSandbox } from '../../policy/sandboxes/evaluate-agent-sandbox.ts';
import { judgeTenantIsolation } from '../../policy/tenants/evaluate-tenant-isolation.ts';
import { describeKindRefusal, type KindFinding } from '../../policy/kinds/kind-finding.ts';
import { unobeyedWarnings } from '../../policy/kinds/unobeyed-warnings.ts';
import type { AdmissionRequest } from '../admission-review.ts';
import { ALLOWED, type AdmissionVerdict } from '../admission-verdict.ts';
import type { ReviewSettings } from './review-settings.ts';

/**
 * Judges a Cloister object by what its schema cannot see: other objects, the clock, the content of free-form fields.
 * An update that leaves the spec alone is not judged, so that status and finalizers can always be written.
 */
export function reviewKind(request: AdmissionRequest, settings: ReviewSettings): AdmissionVerdict {
  const { kind } = request.kind;
  if (request.operation === 'UPDATE' && sameSpec(request)) return ALLOWED;
  const findings = judge(kind, request, settings);
  if (findings.length === 0) return { allowed: true, warnings: unobeyedWarnings(kind, request.object) };
  const where = request.namespace === undefined ? '' : ` in namespace "${request.namespace}"`;
  return {
    allowed: false,
    code: 422,
    reason: 'Invalid',
    message: describeKindRefusal(`${kind} "${request.name ?? ''}"${where}`, findings),
    checks: [kind],
  };
}

function judge(kind: string, request: AdmissionRequest, settings: ReviewSettings): readonly KindFinding[] {
  switch (kind) {
    case 'AgentRole':
      return judgeAgentRole(request.object as AgentRole);
    case 'TenantIsolation':
      return judgeTenant(request, settings);
    case 'AgentSandbox':
      return judgeSandbox(request, settings);
    default:
      return [];
  }
}

function judgeTenant(request: AdmissionRequest, { view, now }: ReviewSettings): readonly KindFinding[] {
  const tenant = request.object as TenantIsolation;
  return judgeTenantIsolation(tenant, {
    otherTenantsOf: (namespace) => view.otherTenantsOf(namespace, tenant.metadata.name),
    exemptible: EXEMPTIBLE_CHECKS,
    now: now(),
    before: (request.oldObject ?? null) as TenantIsolation | null,
  });
}

function judgeSandbox(request: AdmissionRequest, { view }: ReviewSettings): readonly KindFinding[] {
  const sandbox = request.object as AgentSandbox;
  const namespace = request.namespace ?? '';
  const tenant = view.tenantOf(namespace);
  const name = sandbox.spec.roleRef?.name ?? tenant?.defaultRole ?? null;
  return judgeAgentSandbox(sandbox, { namespace, tenant, role: name === null ? null : view.role(name) });
}

function sameSpec({ object, oldObject }: AdmissionRequest): boolean {
  return isDeepEqualJson((object as { spec?: unknown }).spec, (oldObject as { spec?: unknown } | null)?.spec);
}
