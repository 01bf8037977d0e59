import { show } from '../../../lib/show.ts';
import { changeSpec, without } from '../../pod/change-pod.ts';
import type { PodSpec, Toleration } from '../../pod/pod.ts';
import type { Check } from '../check.ts';

const SCHEDULER = 'default-scheduler';
const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/**
 * The default scheduler must choose the node, and never one of the control plane.
 *
 * Fields: `spec.nodeName` (only on creation: the scheduler sets it later), `spec.schedulerName`, `spec.tolerations`.
 * Allowed: no node name; `default-scheduler` or no scheduler name; tolerations with a key that is not a control plane's.
 */
export const scheduling: Check = {
  name: 'scheduling',
  summary: 'The pod sets neither its node nor its scheduler and tolerates no control plane taint.',
  rationale:
    'A pod that sets its node bypasses the scheduler and every taint, and an escape is worth most next to the API server, etcd or a system component.',
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
  evaluate: ({ spec }, { operation }, report) => {
    const { nodeName, schedulerName, tolerations } = spec;
    if (operation === 'Create' && nodeName) {
      report({
        field: 'spec.nodeName',
        found: show(nodeName),
        required: 'must not be set',
        fix: 'Remove it. To choose a kind of node, set spec.nodeSelector.',
      });
    }
    if (schedulerName && schedulerName !== SCHEDULER) {
      report({
        field: 'spec.schedulerName',
        found: show(schedulerName),
        required: `must be "${SCHEDULER}" or not set`,
        fix: 'Remove it.',
      });
    }
    for (const [index, toleration] of (tolerations ?? []).entries()) {
      if (isAllowedToleration(toleration)) continue;
      report({
        field: `spec.tolerations[${index}]`,
        found: show(toleration),
        required: toleration?.key
          ? 'must not tolerate a control plane taint'
          : 'must have a key, because without one it tolerates every taint',
        fix: 'Set the key of the taint that this agent must tolerate, or remove the toleration.',
      });
    }
  },
  fix: (pod) =>
    changeSpec(pod, (spec) => {
      const free: PodSpec = without(spec, 'nodeName', 'schedulerName');
      return spec.tolerations ? { ...free, tolerations: spec.tolerations.filter(isAllowedToleration) } : free;
    }),
};

function isAllowedToleration(toleration: Toleration): boolean {
  return !!toleration?.key && !CONTROL_PLANE.includes(toleration.key);
}
