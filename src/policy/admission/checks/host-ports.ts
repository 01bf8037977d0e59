import { show } from '../../../lib/show.ts';
import { changeContainers, without } from '../../pod/change-pod.ts';
import { EVERY_CONTAINER, inContainer } from '../../pod/pod-subject.ts';
import type { Check } from '../check.ts';

/**
 * No container may use a port of the node.
 *
 * Field: `ports[*].hostPort` of every container. Allowed: 0, absent.
 */
export const hostPorts: Check = {
  name: 'host-ports',
  summary: 'No container uses a port of the node.',
  rationale:
    "A host port is open on every address of the node, where the pod network's policies do not apply, and can impersonate a service that belongs there.",
  fields: ['spec.containers[*].ports[*].hostPort'],
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'hostPorts' },
  cel: [
    { each: EVERY_CONTAINER, expression: '!has(c.ports) || c.ports.all(p, p.?hostPort.orValue(0) == 0)' },
  ],
  evaluate: ({ containers }, _context, report) => {
    for (const view of containers) {
      for (const [index, { name, containerPort, hostPort }] of (view.container.ports ?? []).entries()) {
        if (!hostPort) continue;
        report({
          ...inContainer(view, `ports[${index}].hostPort`),
          item: `port ${show(name ?? containerPort)}`,
          found: show(hostPort),
          required: 'must be 0 or not set',
          fix: 'Remove it; clients reach the agent on its containerPort.',
        });
      }
    }
  },
  fix: (pod) =>
    changeContainers(pod, (container) =>
      container.ports
        ? { ...container, ports: container.ports.map((port) => without(port, 'hostPort')) }
        : container,
    ),
};
