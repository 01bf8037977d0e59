import type { Check, Finding } from '../check.ts';
import { findInContainers } from '../find-in-containers.ts';
import { type ContainerView, containerField, EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import { show } from '../../../lib/show.ts';

/**
 * The masks over /proc must stay.
 *
 * Field: `securityContext.procMount` of every container. Allowed: `Default`, absent; also under user namespaces.
 */
export const procMount: Check = {
  name: 'proc-mount',
  summary: 'Every container has the masked /proc.',
  rationale:
    'Below /proc the kernel shows keys, timings and switches that the container runtime covers; uncovered they tell of the node and some can be written.',
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
  evaluate: (subject) => findInContainers(subject, judge),
};

function judge(view: ContainerView): Finding | null {
  const value = view.container.securityContext?.procMount ?? 'Default';
  if (value === 'Default') return null;
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'securityContext.procMount'),
    found: show(value),
    required: 'Default or absent',
    fix: 'Remove it.',
  };
}
