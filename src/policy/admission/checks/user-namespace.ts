import { show } from '../../../lib/show.ts';
import { changeSpec } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

/**
 * The pod must run in a user namespace where its role requires one (KEP-127).
 *
 * Field: `spec.hostUsers`. Allowed: false; any value where the role only prefers a user namespace.
 */
export const userNamespace: Check = {
  name: 'user-namespace',
  summary: 'The pod runs in a user namespace where its role requires one.',
  rationale:
    'Without a user namespace a user ID in the container is the same user on the node, so a process that escapes owns what that user owns there.',
  fields: ['spec.hostUsers'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: ({ spec }, { role }, report) => {
    if (role?.userNamespace !== 'Required' || spec.hostUsers === false) return;
    report({
      field: 'spec.hostUsers',
      found: show(spec.hostUsers),
      required: `must be false, because role "${role.name}" requires a user namespace`,
      fix: 'Set it to false.',
    });
  },
  fix: (pod) => changeSpec(pod, (spec) => ({ ...spec, hostUsers: false })),
};
