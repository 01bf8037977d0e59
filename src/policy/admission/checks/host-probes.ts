import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import type { Handler } from '../../pod/pod.ts';
import { type ContainerView, containerField, EVERY_CONTAINER } from '../../pod/pod-subject.ts';
import { show } from '../../../lib/show.ts';

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const HOOKS = [
  ['postStart', 'lifecycle.postStart'],
  ['preStop', 'lifecycle.preStop'],
] as const;
const ACTIONS = ['httpGet', 'tcpSocket'] as const;

// Asked for every container of every pod: what most pods leave out is asked for first.
const namesNoHost = (handler: string): string =>
  `!has(${handler}) || (${ACTIONS.map((action) => `${handler}.?${action}.?host.orValue('') == ''`).join(' && ')})`;

/**
 * No probe and no lifecycle hook may name a host.
 *
 * Fields: `host` under `httpGet` and `tcpSocket` of every probe and lifecycle hook of every container.
 * Allowed: empty, absent; the kubelet then asks the pod itself.
 */
export const hostProbes: Check = {
  name: 'host-probes',
  summary: 'Probes and lifecycle hooks ask the pod itself and no other host.',
  rationale:
    "The kubelet sends them from the node's network: with a host of its choice an agent has the node call addresses that the pod may not reach (KEP-4940).",
  fields: [...PROBES, ...HOOKS.map(([, path]) => path)].flatMap((handler) =>
    ACTIONS.map((action) => `spec.containers[*].${handler}.${action}.host`),
  ),
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'hostProbesAndHostLifecycle' },
  cel: [
    ...PROBES.map((probe) => ({ each: EVERY_CONTAINER, expression: namesNoHost(`c.${probe}`) })),
    {
      each: EVERY_CONTAINER,
      expression: `!has(c.lifecycle) || (${HOOKS.map(([, path]) => `(${namesNoHost(`c.${path}`)})`).join(' && ')})`,
    },
  ],
  evaluate: (subject) => {
    let findings: Finding[] | null = null;
    for (const view of subject.containers) {
      const { lifecycle } = view.container;
      for (const probe of PROBES) {
        findings = judgeHandler(findings, view, view.container[probe], probe);
      }
      if (!lifecycle) continue;
      for (const [hook, path] of HOOKS) {
        findings = judgeHandler(findings, view, lifecycle[hook], path);
      }
    }
    return findings ?? NO_FINDINGS;
  },
};

function judgeHandler(
  findings: Finding[] | null,
  view: ContainerView,
  handler: Handler | undefined,
  name: string,
): Finding[] | null {
  if (!handler) return findings;
  let all = findings;
  for (const action of ACTIONS) {
    const host = handler[action]?.host;
    if (!host) continue;
    all = collectFinding(all, {
      container: view.container.name ?? '',
      field: containerField(view, `${name}.${action}.host`),
      found: show(host),
      required: 'absent',
      fix: 'Remove it: the kubelet then asks the pod.',
    });
  }
  return all;
}
