import { show } from '../../../lib/show.ts';
import { changeSpec, without } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

/**
 * The pod must run under the runtime class of its role, or under none where the role sets none.
 *
 * Field: `spec.runtimeClassName`. Allowed: exactly the role's.
 */
export const runtimeClass: Check = {
  name: 'runtime-class',
  summary: 'The pod runs under the runtime class of its role.',
  rationale:
    'The runtime class decides whether a kernel of its own separates the agent from the node; another class may run containers without any sandbox.',
  fields: ['spec.runtimeClassName'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'Role',
  upstream: null,
  evaluate: ({ spec }, { role }, report) => {
    if (role === null) return;
    const found = spec.runtimeClassName || null;
    const { name, runtimeClassName: expected } = role;
    if (found === expected) return;
    const field = 'spec.runtimeClassName';
    if (expected === null) {
      const fix = `Remove it: role "${name}" has no runtime class.`;
      report({ field, found: show(found), required: 'must not be set', fix });
    } else {
      const required = `must be "${expected}", the runtime class of role "${name}"`;
      report({ field, found: show(found), required, fix: `Set it to "${expected}".` });
    }
  },
  fix: (pod, { role: { runtimeClassName } }) =>
    changeSpec(pod, (spec) =>
      runtimeClassName === null ? without(spec, 'runtimeClassName') : { ...spec, runtimeClassName },
    ),
};
