import { show } from '../../../lib/show.ts';
import { changeSpec } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

/**
 * The pod must be for Linux, and say so.
 *
 * Field: `spec.os.name`. Allowed: `linux`. Required, because the kubelet of another system then refuses the pod, also one
 * that the scheduler was led to.
 */
export const operatingSystem: Check = {
  name: 'operating-system',
  summary: 'The pod is for Linux nodes, and says so.',
  rationale:
    'Capabilities, seccomp, AppArmor and a read-only root filesystem have no effect on Windows, and a kubelet refuses a pod of another system only where the pod names its own.',
  fields: ['spec.os.name'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [{ expression: "object.spec.?os.?name.orValue('') == 'linux'" }],
  evaluate: ({ spec: { os } }, _context, report) => {
    if (os?.name === 'linux') return;
    report({
      field: 'spec.os.name',
      found: show(os?.name),
      required: 'must be "linux"',
      fix: 'Set spec.os to {name: linux}.',
    });
  },
  // A pod for another system is not made one for Linux by its name.
  fix: (pod) => (pod.spec?.os?.name ? pod : changeSpec(pod, (spec) => ({ ...spec, os: { name: 'linux' } }))),
};
