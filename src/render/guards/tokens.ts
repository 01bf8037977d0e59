import { GATEWAY, LABEL } from '../../api/names.ts';
import { admissionPolicy, GOVERNED, type PolicyObject } from '../admission-policy.ts';
import { FROM_NODE } from './actors.ts';

const ACCOUNT = `'ServiceAccount "' + request.name + '" in namespace "' + request.namespace + '": '`;

/**
 * Who may ask for a token of a ServiceAccount (KEP-1205): in a tenant's namespaces only the kubelet, for a pod that it
 * runs; in the system namespace also the gateway, for the identities that Vault knows (their names have a dot, which
 * no other has), for Vault alone, and only as long as the anchor Secret of the same name is there.
 */
export const tokensGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-tokens',
  description:
    'Tokens of ServiceAccounts in namespaces of Cloister are given to nodes and, for Vault, to the gateway.',
  scope: GOVERNED,
  rules: [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['serviceaccounts/token'] },
  ],
  variables: [
    { name: 'inSystem', expression: `'${LABEL.system}' in namespaceObject.metadata.?labels.orValue({})` },
    { name: 'forVault', expression: "variables.inSystem && request.name.contains('.')" },
    {
      name: 'fromGateway',
      expression: `request.userInfo.username == 'system:serviceaccount:' + request.namespace + ':${GATEWAY.name}'`,
    },
    {
      name: 'anchored',
      expression:
        "object.spec.?boundObjectRef.?kind.orValue('') == 'Secret' && object.spec.?boundObjectRef.?name.orValue('') == request.name",
    },
  ],
  validations: [
    {
      expression: `variables.forVault ? variables.fromGateway : (${FROM_NODE})`,
      messageExpression: `${ACCOUNT} + 'a token is requested by "' + request.userInfo.username + '"; must be requested by ' + (variables.forVault ? 'the gateway of the tenant' : 'the kubelet of a node that runs its pod') + '. Use an identity outside the namespaces of Cloister, or let the gateway attach the credential.'`,
    },
    {
      expression: `!variables.forVault || (object.spec.?audiences.orValue([]) == ['vault'] && variables.anchored)`,
      messageExpression: `${ACCOUNT} + 'spec.audiences is ["' + object.spec.?audiences.orValue([]).join('", "') + '"] and spec.boundObjectRef is ' + object.spec.?boundObjectRef.?kind.orValue('not set') + ' "' + object.spec.?boundObjectRef.?name.orValue('') + '"; must be ["vault"] and Secret "' + request.name + '". Request such a token.'`,
    },
  ],
});
