import { LABEL, MANAGED_BY, PROXY_SECRET } from '../../api/names.ts';
import {
  admissionPolicy,
  GOVERNED,
  type PolicyObject,
  type ResourceRule,
  SUBJECT,
} from '../admission-policy.ts';
import { FROM_CLEANER, FROM_OPERATOR, FROM_WORKLOAD_CONTROLLER } from './actors.ts';
import { CHANGED_METADATA, CHANGES_SOMETHING } from './changes.ts';

const MANAGED = MANAGED_BY.label;

// Named one by one: what controllers derive from our objects (ReplicaSets, EndpointSlices, pods) copies the label.
const rule = (group: string, resources: readonly string[]): ResourceRule => ({
  apiGroups: [group],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  resources,
});

const IS_MANAGED = `[object, oldObject].exists(each, each != null && each.metadata.?labels[?'${MANAGED}'].orValue('') == '${MANAGED_BY.value}')`;

/** By its name: a pod may read a Secret of this name into its environment, so that nobody may put a credential there. */
const IS_PROXY_SECRET = `(request.kind.kind == 'Secret' && [object, oldObject].exists(each, each != null && each.metadata.name.startsWith('${PROXY_SECRET.prefix}')))`;

/** A person's own; evaluated in the message alone. */
const IS_OWN_POLICY = "request.kind.kind == 'NetworkPolicy' && !variables.managed";
const POLICY_ADVICE =
  ', because policies add up: another one can only open what Cloister closes. To let pods in to a sandbox, set spec.network.ingress of the AgentRole.';

const SUBRESOURCE = "request.?subResource.orValue('')";
/** A Scale has no labels. It has the workload's selector, and in a system namespace everything is the operator's. */
const SCALES_MANAGED = `(${SUBRESOURCE} == 'scale' && ('${LABEL.system}' in namespaceObject.metadata.?labels.orValue({}) || dyn(oldObject).?status.?selector.orValue('').contains('${MANAGED}=${MANAGED_BY.value}')))`;
/** With a status, the Deployment controller writes which revision is the newest (`deployment.kubernetes.io/revision`). */
const CHANGES_STATUS_ALONE = `(${CHANGED_METADATA}).all(key, key == 'annotations' && ${FROM_WORKLOAD_CONTROLLER})`;

/**
 * What closes a namespace is written by the operator alone. A NetworkPolicy of another can only open something, since
 * policies add up; so one that was there before may be deleted by a user who has the right, and none may be written.
 * A status is written with the metadata beside it, and an owner that does not exist has the garbage collector delete
 * the object: a status may change, and nothing else with it.
 */
export const managedObjectsGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-managed-objects',
  description:
    'NetworkPolicies, the Secrets of the gateway, and the objects that Cloister manages are written by the operator alone.',
  scope: GOVERNED,
  rules: [
    rule('', [
      'configmaps',
      'resourcequotas',
      'resourcequotas/status',
      'secrets',
      'serviceaccounts',
      'services',
      'services/status',
    ]),
    rule('apps', [
      'deployments',
      'deployments/scale',
      'deployments/status',
      'statefulsets',
      'statefulsets/scale',
      'statefulsets/status',
    ]),
    rule('networking.k8s.io', ['networkpolicies']),
    rule('policy', ['poddisruptionbudgets', 'poddisruptionbudgets/status']),
    rule('rbac.authorization.k8s.io', ['rolebindings', 'roles']),
  ],
  // One condition, since the API server evaluates every condition of a list, and comparing takes its time.
  conditions: [
    {
      name: 'concerned',
      expression: `!(${FROM_OPERATOR}) && (request.kind.kind in ['NetworkPolicy', 'Scale'] || ${IS_PROXY_SECRET} || ${IS_MANAGED}) && (${CHANGES_SOMETHING})`,
    },
  ],
  variables: [
    { name: 'managed', expression: `${IS_MANAGED} || ${SCALES_MANAGED}` },
    {
      name: 'byCleaner',
      expression: `${SUBRESOURCE} == '' && request.operation != 'CREATE' && ${FROM_CLEANER}`,
    },
  ],
  validations: [
    {
      expression: `${SUBRESOURCE} == 'status' ? ${CHANGES_STATUS_ALONE} : ${SUBRESOURCE} == 'scale' ? !variables.managed : (variables.byCleaner || (request.operation == 'DELETE' && !variables.managed))`,
      messageExpression: `${SUBJECT} + ': ' + request.operation + ' by "' + request.userInfo.username + '"; must be done by the operator of Cloister' + (variables.managed ? ', which manages the object (its label ${MANAGED} is "${MANAGED_BY.value}")' : '') + (${IS_OWN_POLICY} ? '${POLICY_ADVICE}' : '. Change the TenantIsolation, the AgentRole or the AgentSandbox that it is made from.')`,
    },
  ],
});
