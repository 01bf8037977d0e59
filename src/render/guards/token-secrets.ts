import { admissionPolicy, GOVERNED, type PolicyObject } from '../admission-policy.ts';

const TYPE = 'kubernetes.io/service-account-token';

/** A Secret of this type is filled with a token that never expires, which is the way around `cloister-tokens`. */
export const tokenSecretsGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-token-secrets',
  description: 'There are no Secrets that hold tokens of ServiceAccounts in namespaces of Cloister.',
  scope: GOVERNED,
  // The type of a Secret cannot be changed, so its creation is all there is to judge.
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }],
  validations: [
    {
      expression: `object.?type.orValue('') != '${TYPE}'`,
      messageExpression: `'Secret ' + object.metadata.name + ': type: found ${TYPE}, which holds a token without an end. Remove the Secret: agents are given credentials by the gateway.'`,
    },
  ],
});
