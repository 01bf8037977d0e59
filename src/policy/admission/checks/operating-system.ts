import { show } from '../../../lib/show.ts';
import { changeSpec } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

/**
 * The pod must set Linux as its operating system.
 *
 * Field: `spec.os.name`. Allowed: `linux`. It is required, because the kubelet of another system rejects a pod only if the pod
 * names its own.
 */
export const operatingSystem: Check = {
  name: 'operating-system',
  summary: 'The pod sets its operating system to Linux.',
  rationale:
    'Capabilities, seccomp, AppArmor and a read-only root filesystem have no effect on Windows, and a Windows kubelet rejects a pod only if the pod names another system.',
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
  // A pod that names another system was made for that system: its author has to decide.
  fix: (pod) => (pod.spec?.os?.name ? pod : changeSpec(pod, (spec) => ({ ...spec, os: { name: 'linux' } }))),
};
