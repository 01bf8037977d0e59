import { show } from '../../../lib/show.ts';
import { changeSpec, without } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

/**
 * The containers of a pod must not share a process namespace.
 *
 * Field: `spec.shareProcessNamespace`. Allowed: false, not set.
 */
export const processSharing: Check = {
  name: 'process-sharing',
  summary: 'The containers of the pod do not share a process namespace.',
  rationale:
    'In a shared process namespace a container can read the environment of another and, through /proc, its files, even those of volumes that only the other mounts.',
  fields: ['spec.shareProcessNamespace'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [{ expression: '!object.spec.?shareProcessNamespace.orValue(false)' }],
  evaluate: ({ spec: { shareProcessNamespace } }, _context, report) => {
    if (shareProcessNamespace !== true) return;
    report({
      field: 'spec.shareProcessNamespace',
      found: show(shareProcessNamespace),
      required: 'must be false or not set',
      fix: 'Set it to false or remove it.',
    });
  },
  fix: (pod) => changeSpec(pod, (spec) => without(spec, 'shareProcessNamespace')),
};
