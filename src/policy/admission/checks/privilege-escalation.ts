import { show } from '../../../lib/show.ts';
import { changeContainers, setSecurityContext } from '../../pod/change-pod.ts';
import { EVERY_CONTAINER, inContainer } from '../../pod/pod-subject.ts';
import type { Check } from '../check.ts';

/**
 * No process may gain more privileges than its parent.
 *
 * Field: `securityContext.allowPrivilegeEscalation` of every container. Allowed: false, and it must be set. Pod Security
 * does not apply its check to Windows pods; this one applies to every pod.
 */
export const privilegeEscalation: Check = {
  name: 'privilege-escalation',
  summary: 'No process of a container can gain more privileges than its parent.',
  rationale:
    'One set-user-ID program in the image is enough to turn any user into root, whatever user the container starts as.',
  fields: ['spec.containers[*].securityContext.allowPrivilegeEscalation'],
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Stricter', check: 'allowPrivilegeEscalation' },
  cel: [
    {
      each: EVERY_CONTAINER,
      expression: '!c.?securityContext.?allowPrivilegeEscalation.orValue(true)',
    },
  ],
  evaluate: ({ containers }, _context, report) => {
    for (const view of containers) {
      const allowed = view.container.securityContext?.allowPrivilegeEscalation;
      if (allowed === false) continue;
      report({
        ...inContainer(view, 'securityContext.allowPrivilegeEscalation'),
        found: show(allowed),
        required: 'must be false',
        fix: 'Set it to false.',
      });
    }
  },
  // The API server rejects false in a privileged container, and whether it stays privileged is for the author to decide.
  fix: (pod) =>
    changeContainers(pod, (container) =>
      container.securityContext?.privileged === true
        ? container
        : setSecurityContext(container, { allowPrivilegeEscalation: false }),
    ),
};
