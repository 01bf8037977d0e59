import { show } from '../../../lib/show.ts';
import { changeSpec } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

/**
 * The kubelet must add no variables about Services.
 *
 * Field: `spec.enableServiceLinks`. Allowed: `false`; left out it is `true`, and every container, the start gate too, has
 * variables named after the Services of the namespace.
 */
export const serviceLinks: Check = {
  name: 'service-links',
  summary: 'No container has variables that are named after Services.',
  rationale:
    'Whoever may create a Service in the namespace chooses names and addresses in the environment of every container, and so sets what a program reads from there.',
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
