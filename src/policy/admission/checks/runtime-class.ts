import type { Check } from '../check.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import { show } from '../../../lib/show.ts';

/**
 * The pod must run under the role's runtime class, or under none where the role names none.
 *
 * Field: `spec.runtimeClassName`. Allowed: exactly the role's.
 */
export const runtimeClass: Check = {
  name: 'runtime-class',
  summary: "The pod runs under its role's runtime class.",
  rationale:
    'The runtime class decides whether a kernel of its own stands between the agent and the node; another one may run containers with no sandbox at all.',
  fields: ['spec.runtimeClassName'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: ({ spec }, { role }) => {
    if (role === null) return NO_FINDINGS;
    const asked = spec.runtimeClassName || null;
    const wanted = role.runtimeClassName;
    if (asked === wanted) return NO_FINDINGS;
    return [
      {
        container: null,
        field: 'spec.runtimeClassName',
        found: show(asked),
        required: wanted ?? 'nothing',
        fix:
          wanted === null
            ? `Remove it: the role ${role.name} names no runtime class.`
            : `Set it to ${wanted}, as the role ${role.name} says.`,
      },
    ];
  },
};
