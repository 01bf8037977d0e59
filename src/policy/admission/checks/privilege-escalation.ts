import type { Check, Finding } from '../check.ts';
import { findInContainers } from '../find-in-containers.ts';
import { type ContainerView, containerField, EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import { show } from '../../../lib/show.ts';

/**
 * No process may gain rights that its parent does not have.
 *
 * Field: `securityContext.allowPrivilegeEscalation` of every container. Allowed: false, and stated. Pod Security asks
 * nothing of a pod that says it is for Windows.
 */
export const privilegeEscalation: Check = {
  name: 'privilege-escalation',
  summary: 'No process of a container may gain more rights than its parent.',
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
  evaluate: (subject) => findInContainers(subject, judge),
};

function judge(view: ContainerView): Finding | null {
  const allowed = view.container.securityContext?.allowPrivilegeEscalation;
  if (allowed === false) return null;
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'securityContext.allowPrivilegeEscalation'),
    found: show(allowed),
    required: 'false',
    fix: 'Set it to false.',
  };
}
