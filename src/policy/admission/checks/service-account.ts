import { show } from '../../../lib/show.ts';
import { changeSpec, without } from '../../pod/change-pod.ts';
import type { Check } from '../check.ts';

const DEFAULT = 'default';

/**
 * The pod must set a ServiceAccount, and not `default`.
 *
 * Fields: `spec.serviceAccountName`, and its deprecated alias `spec.serviceAccount`.
 * Allowed: any name but `default`; where both are set, the same in both (the API server would use the first).
 */
export const serviceAccount: Check = {
  name: 'service-account',
  summary: 'The pod sets a ServiceAccount, and not the one named default.',
  rationale:
    'Every permission that the default ServiceAccount of a namespace is ever granted reaches each pod there that sets no other.',
  fields: ['spec.serviceAccountName', 'spec.serviceAccount'],
  positions: ['Pod'],
  operations: ['Create', 'Update'],
  context: 'None',
  upstream: null,
  cel: [
    {
      expression:
        "!(object.spec.?serviceAccountName.orValue(object.spec.?serviceAccount.orValue('')) in ['', 'default'])",
    },
    {
      expression:
        '!has(object.spec.serviceAccount) || !has(object.spec.serviceAccountName) || object.spec.serviceAccount == object.spec.serviceAccountName',
    },
  ],
  evaluate: ({ spec }, _context, report) => {
    const name = spec.serviceAccountName || undefined;
    const alias = spec.serviceAccount || undefined;
    const effective = name ?? alias;
    if (effective === undefined || effective === DEFAULT) {
      report({
        field: 'spec.serviceAccountName',
        found: show(effective),
        required: `must name a ServiceAccount other than "${DEFAULT}"`,
        fix: 'Create a ServiceAccount without permissions for this agent, and set its name here.',
      });
    }
    if (name !== undefined && alias !== undefined && name !== alias) {
      report({
        field: 'spec.serviceAccount',
        found: show(alias),
        required: `must be ${show(name)}, as spec.serviceAccountName is, or not set`,
        fix: 'Remove it. It is the deprecated alias of spec.serviceAccountName.',
      });
    }
  },
  // Which ServiceAccount it is has to be decided.
  fix: (pod) => changeSpec(pod, (spec) => (spec.serviceAccountName ? without(spec, 'serviceAccount') : spec)),
};
