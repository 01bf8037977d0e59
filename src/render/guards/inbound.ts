import { GROUP, LABEL } from '../../api/names.ts';
import {
  admissionPolicy,
  ENROLLED,
  type PolicyObject,
  type ResourceRule,
  SUBJECT,
} from '../admission-policy.ts';

const rule = (group: string, version: string, resources: readonly string[]): ResourceRule => ({
  apiGroups: [group],
  apiVersions: [version],
  operations: ['CREATE', 'UPDATE'],
  resources,
});

const IS_SERVICE = "(request.kind.kind == 'Service')";
const TENANT = `namespaceObject.metadata.labels['${LABEL.tenant}']`;

/**
 * What leads to an agent from outside its namespace. A Service that listens on nodes, on addresses of its author's
 * choice (CVE-2020-8554) or under another name is refused. An Ingress or a route is the decision of the platform team,
 * which says in `network.ingress` of the role who may call the agent: it takes the verb `expose` on the tenant. A
 * ReferenceGrant is the same for a route in another namespace.
 */
export const inboundGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-inbound',
  description:
    'Services of enrolled namespaces are of type ClusterIP, and only who may expose a tenant routes to them.',
  scope: ENROLLED,
  rules: [
    rule('', 'v1', ['services']),
    rule('networking.k8s.io', 'v1', ['ingresses']),
    rule('gateway.networking.k8s.io', '*', [
      'grpcroutes',
      'httproutes',
      'referencegrants',
      'tcproutes',
      'tlsroutes',
      'udproutes',
    ]),
  ],
  // One from before enrolment can still lose its finalizers.
  conditions: [
    { name: 'changed', expression: 'oldObject == null || dyn(object).?spec != dyn(oldObject).?spec' },
  ],
  validations: [
    {
      expression: `!${IS_SERVICE} || object.spec.?type.orValue('ClusterIP') == 'ClusterIP'`,
      messageExpression: `${SUBJECT} + ': spec.type is "' + object.spec.type + '"; must be "ClusterIP". Name who may call the agent in network.ingress of its AgentRole.'`,
    },
    {
      expression: `!${IS_SERVICE} || object.spec.?externalIPs.orValue([]).size() == 0`,
      messageExpression: `${SUBJECT} + ': spec.externalIPs is ["' + object.spec.externalIPs.join('", "') + '"]; must not be set. Remove it.'`,
    },
    {
      expression: `!${IS_SERVICE} || object.spec.?externalName.orValue('') == ''`,
      messageExpression: `${SUBJECT} + ': spec.externalName is "' + object.spec.externalName + '"; must not be set. Remove it.'`,
    },
    {
      expression: `${IS_SERVICE} || authorizer.group('${GROUP}').resource('tenantisolations').name(${TENANT}).check('expose').allowed()`,
      messageExpression: `${SUBJECT} + ': the object leads to agents from outside their namespace; must be written by who has the verb expose on tenantisolations.${GROUP}/' + ${TENANT} + ', which "' + request.userInfo.username + '" does not have. Ask the platform team to write it, or to bind the verb to you.'`,
    },
  ],
});
