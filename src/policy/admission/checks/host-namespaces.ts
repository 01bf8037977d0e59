import { show } from '../../../lib/show.ts';
import { changeSpec, without } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

const FIELDS = ['hostNetwork', 'hostPID', 'hostIPC'] as const;

/**
 * The pod may not share the node's network, process or IPC namespace.
 *
 * Fields: `spec.hostNetwork`, `spec.hostPID`, `spec.hostIPC`. Allowed: false, absent.
 */
export const hostNamespaces: Check = {
  name: 'host-namespaces',
  summary: 'The pod shares no namespace of the node.',
  rationale:
    "NetworkPolicies do not apply on the node's network, and the kubelet and the cloud's metadata are one hop away. The node's process and IPC namespaces show every other workload.",
  fields: FIELDS.map((field) => `spec.${field}`),
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'hostNamespaces' },
  cel: FIELDS.map((field) => ({ expression: `!object.spec.?${field}.orValue(false)` })),
  evaluate: ({ spec }, _context, report) => {
    for (const field of FIELDS) {
      if (spec[field] !== true) continue;
      report({
        field: `spec.${field}`,
        found: show(spec[field]),
        required: 'must be false or not set',
        fix: 'Set it to false, or remove it.',
      });
    }
  },
  fix: (pod) => changeSpec(pod, (spec) => without(spec, ...FIELDS)),
};
