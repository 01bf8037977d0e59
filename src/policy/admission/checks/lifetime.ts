import { show } from '../../../lib/show.ts';
import { changeSpec } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

/**
 * The pod may not set a longer lifetime than its role allows.
 *
 * Field: `spec.activeDeadlineSeconds`. Allowed: above 0 and at most the role's `maxLifetimeSeconds`; absent, because the
 * pods of a Deployment cannot set it (the operator ends those).
 */
export const lifetime: Check = {
  name: 'lifetime',
  summary: 'A lifetime that the pod sets is at most that of its role.',
  rationale:
    'What an agent has learned, fetched or been persuaded of ends with its pod: a short lifetime limits all three.',
  fields: ['spec.activeDeadlineSeconds'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: ({ spec }, { role }, report) => {
    const seconds = spec.activeDeadlineSeconds ?? null;
    if (role === null || seconds === null) return;
    const { name, maxLifetimeSeconds } = role;
    if (seconds > 0 && seconds <= maxLifetimeSeconds) return;
    report({
      field: 'spec.activeDeadlineSeconds',
      found: show(seconds),
      required: `must be above 0 and at most ${maxLifetimeSeconds}, the maxLifetimeSeconds of role "${name}"`,
      fix: `Set it to ${maxLifetimeSeconds} or less.`,
    });
  },
  fix: (pod, { role: { maxLifetimeSeconds } }) =>
    maxLifetimeSeconds > 0
      ? changeSpec(pod, (spec) => ({ ...spec, activeDeadlineSeconds: maxLifetimeSeconds }))
      : pod,
};
