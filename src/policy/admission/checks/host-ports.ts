import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { type ContainerView, containerField, EVERY_CONTAINER } from '../../pod/pod-subject.ts';

/**
 * No container may take a port of the node.
 *
 * Field: `ports[*].hostPort` of every container. Allowed: 0, absent.
 */
export const hostPorts: Check = {
  name: 'host-ports',
  summary: 'No container takes a port of the node.',
  rationale:
    "A host port answers on every address of the node, past the pod network's policies, and can stand in for a service that should be there.",
  fields: ['spec.containers[*].ports[*].hostPort'],
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'hostPorts' },
  cel: [
    { each: EVERY_CONTAINER, expression: '!has(c.ports) || c.ports.all(p, p.?hostPort.orValue(0) == 0)' },
  ],
  evaluate: (subject) => {
    let findings: Finding[] | null = null;
    for (const view of subject.containers) {
      const ports = view.container.ports ?? NO_FINDINGS;
      for (let index = 0; index < ports.length; index++) {
        findings = collectFinding(findings, judge(view, index));
      }
    }
    return findings ?? NO_FINDINGS;
  },
};

function judge(view: ContainerView, index: number): Finding | null {
  const hostPort = view.container.ports?.[index]?.hostPort ?? 0;
  if (hostPort === 0) return null;
  return {
    container: view.container.name ?? '',
    field: containerField(view, `ports[${index}].hostPort`),
    found: `${hostPort}`,
    required: '0 or absent',
    fix: 'Remove it, and have others call the agent on the containerPort.',
  };
}
