import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';

const DEFAULT = 'default';

/**
 * The pod must name a ServiceAccount of its own.
 *
 * Fields: `spec.serviceAccountName`, and its deprecated name `spec.serviceAccount`.
 * Allowed: any but `default`; where both are written, the same in both (the API server would let the first win).
 */
export const serviceAccount: Check = {
  name: 'service-account',
  summary: 'The pod names a ServiceAccount, and not the one called default.',
  rationale:
    'A right that is ever given to the default ServiceAccount of a namespace reaches every pod there that names no other.',
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
  evaluate: ({ spec }) => {
    const stated = spec.serviceAccountName || undefined;
    const deprecated = spec.serviceAccount || undefined;
    const findings = collectFinding(null, judgeName(stated ?? deprecated));
    return collectFinding(findings, judgeDeprecated(stated, deprecated)) ?? NO_FINDINGS;
  },
};

function judgeName(name: string | undefined): Finding | null {
  if (name !== undefined && name !== DEFAULT) return null;
  return {
    container: null,
    field: 'spec.serviceAccountName',
    found: name ?? 'nothing',
    required: 'a ServiceAccount of its own',
    fix: 'Create a ServiceAccount without any rights for this agent and name it here.',
  };
}

function judgeDeprecated(stated: string | undefined, deprecated: string | undefined): Finding | null {
  if (stated === undefined || deprecated === undefined || stated === deprecated) return null;
  return {
    container: null,
    field: 'spec.serviceAccount',
    found: deprecated,
    required: `${stated}, as in spec.serviceAccountName, or absent`,
    fix: 'Remove spec.serviceAccount: it is the deprecated name of spec.serviceAccountName.',
  };
}
