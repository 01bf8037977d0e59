import type { AgentQuarantine } from '../../api/agent-quarantine.ts';
import type { AgentRole } from '../../api/agent-role.ts';
import type { ClusterView } from '../../cluster/cluster-view.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { evaluateKind } from '../../policy/kinds/evaluate-kind.ts';
import { quarantineWarnings } from '../../policy/quarantine/quarantine-warnings.ts';
import { mintingWarnings } from '../../policy/roles/minting-warnings.ts';
import { unobeyedWarnings } from '../../policy/unobeyed-warnings.ts';
import type { AdmissionRequest } from '../admission-review.ts';
import { ALLOWED, type AdmissionVerdict, toVerdict } from '../admission-verdict.ts';
import type { ReviewSettings } from './review-settings.ts';

/**
 * Reviews an object of a Cloister kind. An update that leaves the spec alone is not reviewed, so that status and
 * finalizers can always be written.
 */
export function reviewKind(request: AdmissionRequest, { view, now }: ReviewSettings): AdmissionVerdict {
  const { kind } = request.kind;
  const where = request.namespace === undefined ? '' : ` in namespace "${request.namespace}"`;
  const subject = `${kind} "${request.name ?? ''}"${where}`;
  if (request.object === null || request.object === undefined) {
    return toVerdict(subject, { effect: 'Deny', reason: 'ObjectMissing', violations: [] });
  }
  if (request.operation === 'UPDATE' && hasSameSpec(request)) return ALLOWED;
  const decision = evaluateKind(kind, request.object, {
    policies: view,
    knowsEveryTenant: true,
    namespace: request.namespace ?? '',
    before: request.oldObject ?? null,
    now: now(),
  });
  if (decision.effect === 'Allow') return { allowed: true, warnings: warningsOf(kind, request.object, view) };
  return toVerdict(subject, decision);
}

function warningsOf(kind: string, object: unknown, view: ClusterView): readonly string[] {
  if (kind === 'AgentRole') {
    return [...unobeyedWarnings(kind, object), ...mintingWarnings(object as AgentRole)];
  }
  if (kind !== 'AgentQuarantine') return unobeyedWarnings(kind, object);
  return quarantineWarnings(object as AgentQuarantine, {
    hasTenant: (name) => view.hasTenant(name),
    hasRole: (name) => view.role(name) !== null,
    isEnrolled: (namespace) => view.tenantOf(namespace) !== null,
  });
}

function hasSameSpec({ object, oldObject }: AdmissionRequest): boolean {
  return isDeepEqualJson((object as { spec?: unknown }).spec, (oldObject as { spec?: unknown } | null)?.spec);
}
