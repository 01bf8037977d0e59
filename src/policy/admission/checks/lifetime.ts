import type { Check } from '../check.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';

/**
 * The pod may not ask for a longer life than its role grants.
 *
 * Field: `spec.activeDeadlineSeconds`. Allowed: above 0 and at most the role's `maxLifetimeSeconds`; absent, since a
 * Deployment's pods can not set it (the operator ends those).
 */
export const lifetime: Check = {
  name: 'lifetime',
  summary: "A lifetime that the pod states is at most its role's.",
  rationale:
    'What an agent has learnt, fetched or been talked into ends with its pod: a short life bounds all three.',
  fields: ['spec.activeDeadlineSeconds'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: ({ spec }, { role }) => {
    const seconds = spec.activeDeadlineSeconds ?? null;
    if (role === null || seconds === null) return NO_FINDINGS;
    if (seconds > 0 && seconds <= role.maxLifetimeSeconds) return NO_FINDINGS;
    return [
      {
        container: null,
        field: 'spec.activeDeadlineSeconds',
        found: `${seconds}`,
        required: `above 0 and at most ${role.maxLifetimeSeconds}, the maxLifetimeSeconds of the role ${role.name}`,
        fix: `Set it to ${role.maxLifetimeSeconds} or less.`,
      },
    ];
  },
};
