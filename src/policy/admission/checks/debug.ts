import { show } from '../../../lib/show.ts';
import type { Check } from '../check.ts';

/**
 * Ephemeral containers may be added only where the role allows debugging.
 *
 * Field: `spec.ephemeralContainers`. Allowed: none, or any number where the role's `allowedAccess` contains `Debug`. The
 * rest of the contract applies to each of them.
 */
export const debug: Check = {
  name: 'debug',
  summary: 'Ephemeral containers are added only where the role allows Debug.',
  rationale:
    "An ephemeral container adds an image of its author's choice to a running pod. It shares the agent's network and, with a target container, sees the agent's processes.",
  fields: ['spec.ephemeralContainers'],
  positions: ['EphemeralContainer'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: ({ containers }, { role }, report) => {
    if (role === null || role.allowedAccess.has('Debug')) return;
    for (const { container, position, index } of containers) {
      if (position !== 'EphemeralContainer') continue;
      report({
        container: container.name ?? '',
        field: `spec.ephemeralContainers[${index}]`,
        found: show({ image: container.image }),
        required: `must not be set, because role "${role.name}" does not allow Debug`,
        fix: `Debug a copy of the pod elsewhere, or add Debug to spec.sandbox.allowedAccess of AgentRole "${role.name}".`,
      });
    }
  },
};
