import type { Check } from '../check.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { show } from '../../../lib/show.ts';

/**
 * The pod must have users of its own where its role requires it (KEP-127).
 *
 * Field: `spec.hostUsers`. Allowed: false; anything where the role only prefers a user namespace.
 */
export const userNamespace: Check = {
  name: 'user-namespace',
  summary: 'The pod runs in a user namespace where its role requires one.',
  rationale:
    'Without a user namespace a user id in the container is the same user on the node, so whatever gets out owns what that user owns there.',
  fields: ['spec.hostUsers'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: ({ spec }, { role }) => {
    if (role === null || role.userNamespace !== 'Required' || spec.hostUsers === false) return NO_FINDINGS;
    return [
      {
        container: null,
        field: 'spec.hostUsers',
        found: show(spec.hostUsers),
        required: 'false',
        fix: `Set it to false: the role ${role.name} requires a user namespace.`,
      },
    ];
  },
};
