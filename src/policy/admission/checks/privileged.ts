import type { Check, Finding } from '../check.ts';
import { findInContainers } from '../find-in-containers.ts';
import { type ContainerView, containerField, EVERY_CONTAINER } from '../../pod/pod-subject.ts';

/**
 * No container may be privileged.
 *
 * Fields: `spec.{containers,initContainers,ephemeralContainers}[*].securityContext.privileged`.
 * Allowed: false, absent.
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
  evaluate: (subject) => findInContainers(subject, judge),
};

function judge(view: ContainerView): Finding | null {
  if (view.container.securityContext?.privileged !== true) return null;
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'securityContext.privileged'),
    found: 'true',
    required: 'false or absent',
    fix: 'Set it to false or remove it.',
  };
}
