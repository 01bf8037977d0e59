import type { Check, Finding } from '../check.ts';
import { findInContainers } from '../find-in-containers.ts';
import { type ContainerView, containerField, EVERY_CONTAINER } from '../pod-subject.ts';
import { show } from '../show.ts';

/**
 * No container may write to its image.
 *
 * Field: `securityContext.readOnlyRootFilesystem` of every container, ephemeral ones too. Allowed: true, and stated.
 */
export const readOnlyRootFilesystem: Check = {
  name: 'read-only-root-filesystem',
  summary: 'No container can write to the files of its image.',
  rationale:
    'What an agent downloads or changes next to its own program is run by its next start, and counts against no volume.',
  fields: ['spec.containers[*].securityContext.readOnlyRootFilesystem'],
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [{ each: EVERY_CONTAINER, expression: 'c.?securityContext.?readOnlyRootFilesystem.orValue(false)' }],
  evaluate: (subject) => findInContainers(subject, judge),
};

function judge(view: ContainerView): Finding | null {
  const readOnly = view.container.securityContext?.readOnlyRootFilesystem;
  if (readOnly === true) return null;
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'securityContext.readOnlyRootFilesystem'),
    found: show(readOnly),
    required: 'true',
    fix: 'Set it to true, and mount an emptyDir with a sizeLimit at /tmp for scratch files.',
  };
}
