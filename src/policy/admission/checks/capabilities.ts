import { show } from '../../../lib/show.ts';
import { changeContainers, setSecurityContext } from '../../pod/change-pod.ts';
import { EVERY_CONTAINER, inContainer } from '../../pod/pod-subject.ts';
import type { Check } from '../check.ts';

/**
 * Every container must drop all capabilities and add none.
 *
 * Fields: `securityContext.capabilities.drop` and `.add` of every container.
 * Allowed: a `drop` that contains `ALL`, and an `add` that is empty or absent. Pod Security lets a container add
 * NET_BIND_SERVICE, and does not check a pod for Windows. Cloister does neither: agents listen above port 1023, on Linux.
 */
export const capabilities: Check = {
  name: 'capabilities',
  summary: 'Every container drops all capabilities and adds none.',
  rationale:
    'The capabilities that a container runtime grants by default include raw sockets and changing the owner of any file. An agent needs none of them, and an attacker can start from each.',
  fields: [
    'spec.containers[*].securityContext.capabilities.drop',
    'spec.containers[*].securityContext.capabilities.add',
  ],
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Stricter', check: 'capabilities_restricted' },
  cel: [
    {
      each: EVERY_CONTAINER,
      expression: "'ALL' in c.?securityContext.?capabilities.?drop.orValue([])",
    },
    {
      each: EVERY_CONTAINER,
      expression: 'c.?securityContext.?capabilities.?add.orValue([]).size() == 0',
    },
  ],
  evaluate: ({ containers }, _context, report) => {
    for (const view of containers) {
      const { drop, add } = view.container.securityContext?.capabilities ?? {};
      if (!drop?.includes('ALL')) {
        report({
          ...inContainer(view, 'securityContext.capabilities.drop'),
          found: show(drop),
          required: 'must include "ALL"',
          fix: 'Set it to ["ALL"].',
        });
      }
      if (add?.length) {
        report({
          ...inContainer(view, 'securityContext.capabilities.add'),
          found: show(add),
          required: 'must not be set',
          fix: add.includes('NET_BIND_SERVICE')
            ? 'Remove it, and listen on a port above 1023.'
            : 'Remove it; an agent gets no capabilities.',
        });
      }
    }
  },
  fix: (pod) =>
    changeContainers(pod, (container) => setSecurityContext(container, { capabilities: { drop: ['ALL'] } })),
};
