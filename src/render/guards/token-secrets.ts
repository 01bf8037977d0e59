import { SYSTEM_NAMESPACE } from '../../api/names.ts';
import { admissionPolicy, GOVERNED, type PolicyObject, SUBJECT } from '../admission-policy.ts';

const TYPE = 'kubernetes.io/service-account-token';

/**
 * A Secret of this type is filled with a token that never expires, which is the way around `cloister-tokens`; in the
 * namespace of the operator and the webhook it would make the one the other, since the webhook may create Secrets.
 */
export const tokenSecretsGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-token-secrets',
  description:
    'There are no Secrets that hold tokens of ServiceAccounts in namespaces of tenants and of Cloister itself.',
  scope: [...GOVERNED, [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [SYSTEM_NAMESPACE] }]],
  // The type of a Secret cannot be changed, so its creation is all there is to judge.
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }],
  validations: [
    {
      expression: `object.?type.orValue('') != '${TYPE}'`,
      messageExpression: `${SUBJECT} + ': type is "${TYPE}"; must be another, because such a Secret holds a token that never expires. Leave it out: agents get no token, and programs get short-lived ones by a projected volume.'`,
    },
  ],
});
