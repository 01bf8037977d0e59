import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';

/** The highest priority that a class of a user may have (`HighestUserDefinablePriority` of Kubernetes). */
const HIGHEST = 1_000_000_000;
const SYSTEM = 'system-';

/**
 * The pod may not take the priority of a system component.
 *
 * Fields: `spec.priorityClassName`, `spec.priority`. Allowed: classes that do not start with `system-` (the name is
 * reserved for Kubernetes), and at most 1,000,000,000.
 */
export const priorityClass: Check = {
  name: 'priority-class',
  summary: 'The pod has no priority of the system.',
  rationale:
    'A pod of system priority evicts others to run, and is itself the last to be evicted: an agent could push the gateway off its node.',
  fields: ['spec.priorityClassName', 'spec.priority'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    { expression: "!object.spec.?priorityClassName.orValue('').startsWith('system-')" },
    { expression: 'object.spec.?priority.orValue(0) <= 1000000000' },
  ],
  evaluate: ({ spec }) => {
    const { priorityClassName, priority } = spec;
    let findings: Finding[] | null = null;
    if (priorityClassName?.startsWith(SYSTEM)) {
      const required = 'a class of your own, or nothing';
      findings = collectFinding(findings, finding('spec.priorityClassName', priorityClassName, required));
    }
    if ((priority ?? 0) > HIGHEST) {
      findings = collectFinding(findings, finding('spec.priority', `${priority}`, `at most ${HIGHEST}`));
    }
    return findings ?? NO_FINDINGS;
  },
};

function finding(field: string, found: string, required: string): Finding {
  return { container: null, field, found, required, fix: 'Remove it, or name a priority class of your own.' };
}
