import { show } from '../../../lib/show.ts';
import { changeSpec } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

/**
 * The kubelet must not add variables for Services.
 *
 * Field: `spec.enableServiceLinks`. Allowed: `false`. The default is `true`: each container, also the start gate, then has
 * variables that are named after the Services of the namespace.
 */
export const serviceLinks: Check = {
  name: 'service-links',
  summary: 'No container has variables that are named after Services.',
  rationale:
    'A user who may create a Service in the namespace chooses the names and values of variables in each container. The start gate and the agent read their environment.',
  fields: ['spec.enableServiceLinks'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [{ expression: 'object.spec.?enableServiceLinks.orValue(true) == false' }],
  evaluate: ({ spec: { enableServiceLinks } }, _context, report) => {
    if (enableServiceLinks === false) return;
    report({
      field: 'spec.enableServiceLinks',
      found: show(enableServiceLinks),
      required: 'must be false',
      fix: 'Set it to false.',
    });
  },
  fix: (pod) => changeSpec(pod, (spec) => ({ ...spec, enableServiceLinks: false })),
};
