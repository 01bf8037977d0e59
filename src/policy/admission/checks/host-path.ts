import { show } from '../../../lib/show.ts';
import type { Check } from '../check.ts';

/**
 * No volume may be a path of the node.
 *
 * Field: `spec.volumes[*].hostPath`. Allowed: absent.
 */
export const hostPath: Check = {
  name: 'host-path',
  summary: 'No volume is a path of the node.',
  rationale:
    "The node's files hold the kubelet's credentials, the secrets of every other pod and the container runtime's socket: one path is the whole node.",
  fields: ['spec.volumes[*].hostPath'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'hostPathVolumes' },
  cel: [{ each: 'Volume', expression: '!has(v.hostPath)' }],
  evaluate: ({ spec }, _context, report) => {
    for (const [index, { name, hostPath: onNode }] of (spec.volumes ?? []).entries()) {
      if (!onNode) continue;
      report({
        item: `volume "${name ?? ''}"`,
        field: `spec.volumes[${index}].hostPath`,
        found: show(onNode),
        required: 'must not be set',
        fix: 'Use an emptyDir with a sizeLimit for scratch files, or a persistentVolumeClaim for files to keep.',
      });
    }
  },
};
