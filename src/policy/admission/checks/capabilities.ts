import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { type ContainerView, containerField, EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import { show } from '../../../lib/show.ts';

/**
 * Every container must drop all capabilities and add none.
 *
 * Fields: `securityContext.capabilities.drop` and `.add` of every container.
 * Allowed: a `drop` that has `ALL`, and an empty or absent `add`. Pod Security lets NET_BIND_SERVICE be added, and asks
 * nothing of a pod that says it is for Windows; here an agent listens above port 1023, and on Linux.
 */
export const capabilities: Check = {
  name: 'capabilities',
  summary: 'Every container drops all capabilities and adds none.',
  rationale:
    "What a container runtime grants by default, raw sockets and changing any file's owner among it, is more than an agent needs and enough to start from.",
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
  evaluate: (subject) => {
    let findings: Finding[] | null = null;
    for (const view of subject.containers) {
      findings = collectFinding(findings, judgeDrop(view));
      findings = collectFinding(findings, judgeAdd(view));
    }
    return findings ?? NO_FINDINGS;
  },
};

function judgeDrop(view: ContainerView): Finding | null {
  const drop = view.container.securityContext?.capabilities?.drop;
  if (drop?.includes('ALL')) return null;
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'securityContext.capabilities.drop'),
    found: show(drop),
    required: '["ALL"]',
    fix: 'Set it to ["ALL"].',
  };
}

function judgeAdd(view: ContainerView): Finding | null {
  const add = view.container.securityContext?.capabilities?.add;
  if (!add?.length) return null;
  return {
    container: view.container.name ?? '',
    field: containerField(view, 'securityContext.capabilities.add'),
    found: show(add),
    required: 'nothing',
    fix: add.includes('NET_BIND_SERVICE')
      ? 'Remove it, and listen on a port above 1023.'
      : 'Remove it: an agent is given no capability.',
  };
}
