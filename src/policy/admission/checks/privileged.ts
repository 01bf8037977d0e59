import { show } from '../../../lib/show.ts';
import { EVERY_CONTAINER, inContainer } from '../../pod/pod-subject.ts';
import type { Check } from '../check.ts';

/**
 * No container may be privileged.
 *
 * Fields: `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.privileged`.
 * Allowed: false, not set.
 */
export const privileged: Check = {
  name: 'privileged',
  summary: 'No container is privileged.',
  rationale:
    'A privileged container has every capability, every device and no seccomp filter: it is root on the node, and no other rule binds it.',
  fields: ['spec.containers[*].securityContext.privileged'],
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'privileged' },
  cel: [
    {
      each: EVERY_CONTAINER,
      expression: '!c.?securityContext.?privileged.orValue(false)',
    },
  ],
  evaluate: ({ containers }, _context, report) => {
    for (const view of containers) {
      const value = view.container.securityContext?.privileged;
      if (value !== true) continue;
      report({
        ...inContainer(view, 'securityContext.privileged'),
        found: show(value),
        required: 'must be false or not set',
        fix: 'Set it to false or remove it.',
      });
    }
  },
};
