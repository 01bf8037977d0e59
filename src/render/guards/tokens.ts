import { GATEWAY, LABEL } from '../../api/names.ts';
import { admissionPolicy, GOVERNED, type PolicyObject } from '../admission-policy.ts';
import { FROM_NODE } from './actors.ts';

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
      messageExpression: `'ServiceAccount ' + request.name + ': a token was asked for by ' + request.userInfo.username + ', but ' + (variables.forVault ? 'only the gateway of the tenant is given one of this identity' : 'only the kubelet of a node that runs its pod is given one') + '. Use an identity outside the namespaces of Cloister, or let the gateway attach the credential.'`,
    },
    {
      expression: `!variables.forVault || (object.spec.?audiences.orValue([]) == ['vault'] && variables.anchored)`,
      messageExpression: `'ServiceAccount ' + request.name + ': spec: a token of this identity has audience vault alone and is bound to the Secret ' + request.name + '; found audiences ' + object.spec.?audiences.orValue([]).join(', ') + ' and ' + object.spec.?boundObjectRef.?kind.orValue('no') + ' ' + object.spec.?boundObjectRef.?name.orValue('object') + '. Ask for that.'`,
    },
  ],
});
