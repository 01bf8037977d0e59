import { show } from '../../../lib/show.ts';
import { changeContainerSecurityContexts, without } from '../../pod/change-pod.ts';
import { EVERY_CONTAINER, inContainer } from '../../pod/pod-subject.ts';
import type { Check } from '../check.ts';

/**
 * Every container must have the default masks over /proc.
 *
 * Field: `securityContext.procMount` of every container. Allowed: `Default`, not set; also in a user namespace.
 */
export const procMount: Check = {
  name: 'proc-mount',
  summary: 'Every container has the default masks over /proc.',
  rationale:
    'The container runtime masks paths below /proc that show keys and timings of the kernel or change its settings. Unmasked, they leak information about the node, and some are writable.',
  fields: ['spec.containers[*].securityContext.procMount'],
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'procMount_restricted' },
  cel: [
    {
      each: EVERY_CONTAINER,
      expression: "c.?securityContext.?procMount.orValue('Default') == 'Default'",
    },
  ],
  evaluate: ({ containers }, _context, report) => {
    for (const view of containers) {
      const value = view.container.securityContext?.procMount ?? 'Default';
      if (value === 'Default') continue;
      report({
        ...inContainer(view, 'securityContext.procMount'),
        found: show(value),
        required: 'must be "Default" or not set',
        fix: 'Remove it.',
      });
    }
  },
  fix: (pod) => changeContainerSecurityContexts(pod, (context) => without(context, 'procMount')),
};
