import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';

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
    "On the node's network no NetworkPolicy holds and the kubelet and cloud metadata are one hop away; its process and IPC namespaces show every other workload.",
  fields: FIELDS.map((field) => `spec.${field}`),
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: { relation: 'Equal', check: 'hostNamespaces' },
  cel: FIELDS.map((field) => ({ expression: `!object.spec.?${field}.orValue(false)` })),
  evaluate: ({ spec }) => {
    let findings: Finding[] | null = null;
    for (const field of FIELDS) {
      if (spec[field] === true) findings = collectFinding(findings, finding(field));
    }
    return findings ?? NO_FINDINGS;
  },
};

function finding(field: (typeof FIELDS)[number]): Finding {
  return {
    container: null,
    field: `spec.${field}`,
    found: 'true',
    required: 'false or absent',
    fix: 'Set it to false or remove it.',
  };
}
