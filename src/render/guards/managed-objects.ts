import { PROXY_SECRET } from '../../api/names.ts';
import { admissionPolicy, GOVERNED, type PolicyObject, type ResourceRule } from '../admission-policy.ts';
import { FROM_CLEANER, FROM_OPERATOR } from './actors.ts';

/** The label by which the operator marks what it wrote. */
const MANAGED = "'app.kubernetes.io/managed-by'";

// Named one by one: what controllers derive from our objects (ReplicaSets, EndpointSlices, pods) copies the label.
const rule = (group: string, resources: readonly string[]): ResourceRule => ({
  apiGroups: [group],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  resources,
});

const IS_MANAGED = `[object, oldObject].exists(each, each != null && each.metadata.?labels[?${MANAGED}].orValue('') == 'cloister')`;

/** By its name: a pod may read a Secret of this name into its environment, so that nobody may put a credential there. */
const IS_PROXY_SECRET = `(request.kind.kind == 'Secret' && [object, oldObject].exists(each, each != null && each.metadata.name.startsWith('${PROXY_SECRET.prefix}')))`;

/**
 * What closes a namespace is written by the operator alone. A NetworkPolicy of another can only open something, since
 * policies add up; so one that was there before may be deleted by whoever has the right, and none may be written.
 */
export const managedObjectsGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-managed-objects',
  description:
    'NetworkPolicies, the Secrets of the gateway, and the objects that Cloister manages are written by the operator alone.',
  scope: GOVERNED,
  rules: [
    rule('', ['configmaps', 'resourcequotas', 'secrets', 'serviceaccounts', 'services']),
    rule('apps', ['deployments', 'statefulsets']),
    rule('networking.k8s.io', ['networkpolicies']),
    rule('policy', ['poddisruptionbudgets']),
    rule('rbac.authorization.k8s.io', ['rolebindings', 'roles']),
  ],
  conditions: [
    {
      name: 'concerned',
      expression: `request.kind.kind == 'NetworkPolicy' || ${IS_PROXY_SECRET} || ${IS_MANAGED}`,
    },
    { name: 'not-the-operator', expression: `!(${FROM_OPERATOR})` },
  ],
  variables: [{ name: 'managed', expression: IS_MANAGED }],
  validations: [
    {
      expression: `(request.operation != 'CREATE' && ${FROM_CLEANER}) || (request.operation == 'DELETE' && !variables.managed)`,
      messageExpression: `request.kind.kind + ' ' + request.name + (variables.managed ? ': metadata.labels[' + ${MANAGED} + ']: found cloister' : '') + ': ' + request.operation + ' by ' + request.userInfo.username + ', but in a namespace of Cloister only the operator writes it. Change the TenantIsolation, the AgentRole or the AgentSandbox that it is made from.'`,
    },
  ],
});
