import { show } from '../../../lib/show.ts';
import { changeSpec, without } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

/** The highest priority that a user may define, as Kubernetes names it. */
const HIGHEST_USER_DEFINABLE_PRIORITY = 1_000_000_000;
const SYSTEM = 'system-';
const FIX = 'Remove it, or set spec.priorityClassName to a priority class of your own.';

/**
 * The pod must not have the priority of a system component.
 *
 * Fields: `spec.priorityClassName`, `spec.priority`. Allowed: classes that do not start with `system-` (Kubernetes
 * reserves these names), and at most 1,000,000,000.
 */
export const priorityClass: Check = {
  name: 'priority-class',
  summary: 'The pod does not have the priority of a system component.',
  rationale:
    'A pod with system priority evicts other pods to run and is itself the last to be evicted: an agent could push the gateway off its node.',
  fields: ['spec.priorityClassName', 'spec.priority'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    { expression: "!object.spec.?priorityClassName.orValue('').startsWith('system-')" },
    { expression: 'object.spec.?priority.orValue(0) <= 1000000000' },
  ],
  evaluate: ({ spec: { priorityClassName, priority } }, _context, report) => {
    if (priorityClassName?.startsWith(SYSTEM)) {
      // The API server sets spec.priority from the class, so the number is not a second violation.
      report({
        field: 'spec.priorityClassName',
        found: show(priorityClassName),
        required: `must not start with "${SYSTEM}"`,
        fix: FIX,
      });
    } else if ((priority ?? 0) > HIGHEST_USER_DEFINABLE_PRIORITY) {
      report({
        field: 'spec.priority',
        found: show(priority),
        required: `must be at most ${HIGHEST_USER_DEFINABLE_PRIORITY}`,
        fix: FIX,
      });
    }
  },
  fix: (pod) => changeSpec(pod, (spec) => without(spec, 'priorityClassName', 'priority')),
};
