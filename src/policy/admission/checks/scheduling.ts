import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import type { Toleration } from '../../pod/pod.ts';

const SCHEDULER = 'default-scheduler';
const CONTROL_PLANE: ReadonlySet<string> = new Set([
  'node-role.kubernetes.io/control-plane',
  'node-role.kubernetes.io/master',
]);

/**
 * The pod must go where the scheduler of the cluster puts it, and never to a node of the control plane.
 *
 * Fields: `spec.nodeName` (when the pod is created: later the scheduler has written it), `spec.schedulerName`,
 * `spec.tolerations`. Allowed: no node name; no scheduler but `default-scheduler`; tolerations that name a key, and not
 * that of the control plane.
 */
export const scheduling: Check = {
  name: 'scheduling',
  summary: 'The pod picks neither its node nor its scheduler and tolerates no taint of the control plane.',
  rationale:
    'A pod that names its node goes past the scheduler and every taint; next to the API server, etcd or a system component an escape is worth most.',
  fields: ['spec.nodeName', 'spec.schedulerName', 'spec.tolerations'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    { expression: "request.operation != 'CREATE' || object.spec.?nodeName.orValue('') == ''" },
    { expression: "object.spec.?schedulerName.orValue('') in ['', 'default-scheduler']" },
    {
      expression:
        "object.spec.?tolerations.orValue([]).all(t, !(t.?key.orValue('') in ['', 'node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']))",
    },
  ],
  evaluate: ({ spec }, { operation }) => {
    let findings: Finding[] | null = null;
    if (operation === 'Create' && spec.nodeName) {
      findings = collectFinding(findings, nodeFinding(spec.nodeName));
    }
    if (spec.schedulerName && spec.schedulerName !== SCHEDULER) {
      findings = collectFinding(findings, schedulerFinding(spec.schedulerName));
    }
    const tolerations = spec.tolerations ?? [];
    for (let index = 0; index < tolerations.length; index++) {
      findings = collectFinding(findings, judgeToleration(tolerations[index], index));
    }
    return findings ?? NO_FINDINGS;
  },
};

function nodeFinding(nodeName: string): Finding {
  return {
    container: null,
    field: 'spec.nodeName',
    found: nodeName,
    required: 'nothing',
    fix: 'Remove it, and use spec.nodeSelector to prefer a kind of node.',
  };
}

function schedulerFinding(schedulerName: string): Finding {
  return {
    container: null,
    field: 'spec.schedulerName',
    found: schedulerName,
    required: `${SCHEDULER} or absent`,
    fix: 'Remove it.',
  };
}

function judgeToleration(toleration: Toleration | undefined, index: number): Finding | null {
  const key = toleration?.key ?? '';
  if (key !== '' && !CONTROL_PLANE.has(key)) return null;
  return {
    container: null,
    field: `spec.tolerations[${index}]`,
    found: key === '' ? 'no key, which tolerates every taint' : key,
    required: 'the key of a taint that is not one of the control plane',
    fix: 'Name the taint that this agent must tolerate, or remove the toleration.',
  };
}
