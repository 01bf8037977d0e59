import { show } from '../../../lib/show.ts';
import type { PodSpec, Toleration } from '../../pod/pod.ts';
import type { AllowedToleration, RolePolicy } from '../../roles/role-policy.ts';
import type { Check, Report } from '../check.ts';
import { nodeSelectorTermsOf } from '../node-selector-terms.ts';
import { isTolerable } from './scheduling.ts';

/** Taints of lost nodes. The admission plugin DefaultTolerationSeconds adds a toleration of each to every pod, for a time. */
const TOLERATED_FOR_A_TIME = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** The API server's own default is 300; clusters raise it with --default-not-ready-toleration-seconds. */
const MAX_TOLERATION_SECONDS = 3600;

/**
 * A pod must choose its node only as its role allows.
 *
 * Fields: `spec.tolerations`, `spec.nodeSelector`, `spec.affinity.nodeAffinity`. Allowed: the tolerations and the node
 * labels of the role's `sandbox.scheduling`, each or none of them, and the tolerations of lost nodes, for a time, that
 * the API server adds. Node affinity may only repeat what the role's node selector says. What a RuntimeClass adds to
 * the pod must be in the role as well. `scheduling` refuses the taints that no role may let a pod tolerate.
 */
export const nodePlacement: Check = {
  name: 'node-placement',
  summary: 'The pod tolerates only the taints, and selects only the nodes, that its role lists.',
  rationale:
    "Taints and labels of nodes keep workloads apart. With tolerations and node selectors of its author's choice, a hostile agent runs next to the workloads that it must be kept away from.",
  fields: ['spec.tolerations', 'spec.nodeSelector', 'spec.affinity.nodeAffinity'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: ({ spec }, { role }, report) => {
    if (role === null) return;
    evaluateTolerations(spec, role, report);
    for (const [label, value] of Object.entries(spec.nodeSelector ?? {})) {
      if (role.nodeSelector.get(label) === value) continue;
      report({
        field: `spec.nodeSelector[${label}]`,
        found: show(value),
        required: requiredLabel(label, role),
        fix: 'Remove it, or add it to sandbox.scheduling.nodeSelector of the AgentRole.',
      });
    }
    evaluateNodeAffinity(spec, role, report);
  },
};

function evaluateTolerations({ tolerations }: PodSpec, role: RolePolicy, report: Report): void {
  for (const [index, toleration] of (tolerations ?? []).entries()) {
    if (!isTolerable(toleration) || isAddedByServer(toleration)) continue;
    if (role.tolerations.some((allowed) => covers(allowed, toleration))) continue;
    report({
      field: `spec.tolerations[${index}]`,
      found: show(toleration),
      required: `must be one of the tolerations of role "${role.name}"`,
      fix: 'Remove it, or add it to sandbox.scheduling.tolerations of the AgentRole.',
    });
  }
}

function isAddedByServer({ key, effect, tolerationSeconds }: Toleration): boolean {
  if (!TOLERATED_FOR_A_TIME.includes(key ?? '') || effect !== 'NoExecute') return false;
  return typeof tolerationSeconds === 'number' && tolerationSeconds <= MAX_TOLERATION_SECONDS;
}

function covers(allowed: AllowedToleration, { key, operator, value, effect }: Toleration): boolean {
  if (key !== allowed.key || effect !== allowed.effect) return false;
  if (allowed.operator === 'Exists') return true;
  // Without an operator a toleration is one of an equal value.
  return (operator || 'Equal') === 'Equal' && (value ?? '') === allowed.value;
}

function evaluateNodeAffinity(spec: PodSpec, role: RolePolicy, report: Report): void {
  for (const { term, field } of nodeSelectorTermsOf(spec)) {
    for (const [index, expression] of (term.matchExpressions ?? []).entries()) {
      const { key = '', operator, values = [] } = expression ?? {};
      const isOfRole = operator === 'In' && values.length === 1 && role.nodeSelector.get(key) === values[0];
      if (isOfRole) continue;
      report({
        field: `${field}.matchExpressions[${index}]`,
        found: show(expression),
        required: requiredLabel(key, role),
        fix: 'Remove it, or select the node by spec.nodeSelector with a label of the role.',
      });
    }
  }
}

function requiredLabel(label: string, role: RolePolicy): string {
  const value = role.nodeSelector.get(label);
  return value === undefined
    ? `must not be set, because role "${role.name}" does not list the label "${label}"`
    : `must be ${show(value)}, the value in role "${role.name}"`;
}
