import { show } from '../../../lib/show.ts';
import { changeContainers, without } from '../../pod/change-pod.ts';
import { HANDLERS } from '../../pod/handlers.ts';
import type { Handler } from '../../pod/pod.ts';
import { EVERY_CONTAINER, inContainer } from '../../pod/pod-subject.ts';
import type { Check } from '../check.ts';

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const HOOKS = ['postStart', 'preStop'] as const;
const ACTIONS = ['httpGet', 'tcpSocket'] as const;

// The API server evaluates this for every container: what most pods do not set is tested first.
const hasNoHost = (handler: string): string =>
  `!has(${handler}) || (${ACTIONS.map((action) => `${handler}.?${action}.?host.orValue('') == ''`).join(' && ')})`;

/**
 * No probe and no lifecycle hook may name a host.
 *
 * Fields: `host` under `httpGet` and `tcpSocket` of every probe and lifecycle hook of every container.
 * Allowed: empty, absent; the kubelet then connects to the pod itself.
 */
export const hostProbes: Check = {
  name: 'host-probes',
  summary: 'Probes and lifecycle hooks connect to the pod itself and to no other host.',
  rationale:
    "The kubelet sends them from the node's network. With a host of its choice, an agent can make the node connect to addresses that the pod may not reach (KEP-4940).",
  fields: HANDLERS.flatMap(({ field }) =>
    ACTIONS.map((action) => `spec.containers[*].${field}.${action}.host`),
  ),
  positions: EVERY_CONTAINER,
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'hostProbesAndHostLifecycle' },
  cel: [
    ...PROBES.map((probe) => ({ each: EVERY_CONTAINER, expression: hasNoHost(`c.${probe}`) })),
    {
      each: EVERY_CONTAINER,
      expression: `!has(c.lifecycle) || (${HOOKS.map((hook) => `(${hasNoHost(`c.lifecycle.${hook}`)})`).join(' && ')})`,
    },
  ],
  evaluate: ({ containers }, _context, report) => {
    for (const view of containers) {
      for (const { field, of } of HANDLERS) {
        const handler = of(view.container);
        for (const action of ACTIONS) {
          const host = handler?.[action]?.host;
          if (!host) continue;
          report({
            ...inContainer(view, `${field}.${action}.host`),
            found: show(host),
            required: 'must not be set',
            fix: 'Remove it; the kubelet then connects to the pod.',
          });
        }
      }
    }
  },
  fix: (pod) =>
    changeContainers(pod, (container) => ({
      ...container,
      ...removeHosts(container, PROBES),
      ...(container.lifecycle
        ? { lifecycle: { ...container.lifecycle, ...removeHosts(container.lifecycle, HOOKS) } }
        : {}),
    })),
};

/** The handlers of those names without their hosts; one that is not set is left out. */
function removeHosts<Name extends string>(
  handlers: { readonly [Member in Name]?: Handler },
  names: readonly Name[],
): { readonly [Member in Name]?: Handler } {
  const changed: { [Member in Name]?: Handler } = {};
  for (const name of names) {
    const handler = handlers[name];
    if (handler) changed[name] = removeHost(handler);
  }
  return changed;
}

function removeHost(handler: Handler): Handler {
  return {
    ...handler,
    ...(handler.httpGet ? { httpGet: without(handler.httpGet, 'host') } : {}),
    ...(handler.tcpSocket ? { tcpSocket: without(handler.tcpSocket, 'host') } : {}),
  };
}
