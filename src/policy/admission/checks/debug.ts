import type { Check } from '../check.ts';
import { findInContainers, NO_FINDINGS } from '../find-in-containers.ts';

/**
 * Ephemeral containers may be added only where the role allows debugging.
 *
 * Field: `spec.ephemeralContainers`. Allowed: none; any number where the role's `allowedAccess` has `Debug`, each held to
 * the rest of the contract.
 */
export const debug: Check = {
  name: 'debug',
  summary: 'Ephemeral containers are added only where the role allows Debug.',
  rationale:
    "An ephemeral container joins a running pod with an image of its author's choice and sees the agent's network and, aimed at a container, its processes.",
  fields: ['spec.ephemeralContainers'],
  positions: ['EphemeralContainer'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: (subject, { role }) => {
    if (role === null || role.allowedAccess.has('Debug')) return NO_FINDINGS;
    if (!subject.spec.ephemeralContainers?.length) return NO_FINDINGS;
    return findInContainers(subject, (view) =>
      view.position === 'EphemeralContainer'
        ? {
            container: view.container.name ?? '',
            field: `spec.ephemeralContainers[${view.index}]`,
            found: view.container.image ?? 'nothing',
            required: 'no ephemeral containers',
            fix: `Debug a copy of the pod elsewhere, or have Debug added to sandbox.allowedAccess of the role ${role.name}.`,
          }
        : null,
    );
  },
};
