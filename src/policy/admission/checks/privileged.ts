import type { Check } from '../check.ts';
import { findInContainers } from '../find-in-containers.ts';
import { containerField } from '../pod-subject.ts';

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
  positions: ['Container', 'InitContainer', 'EphemeralContainer'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'privileged' },
  cel: [
    {
      each: ['Container', 'InitContainer', 'EphemeralContainer'],
      expression: '!c.?securityContext.?privileged.orValue(false)',
    },
  ],
  evaluate: (subject) =>
    findInContainers(subject, (view) =>
      view.container.securityContext?.privileged === true
        ? {
            container: view.container.name ?? '',
            field: containerField(view, 'securityContext.privileged'),
            found: 'true',
            required: 'false or absent',
            fix: 'Set it to false or remove it.',
          }
        : null,
    ),
};
