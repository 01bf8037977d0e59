import { GROUP, LABEL } from '../../api/names.ts';
import { admissionPolicy, ENROLLED, type PolicyObject, type ResourceRule } from '../admission-policy.ts';
import { FROM_OPERATOR, FROM_WORKLOAD_CONTROLLER } from './actors.ts';

const rule = (group: string, resources: readonly string[]): ResourceRule => ({
  apiGroups: [group],
  apiVersions: [group === GROUP ? '*' : 'v1'],
  operations: ['CREATE', 'UPDATE'],
  resources,
});

// Where a kind keeps the pod that it makes. dyn: one expression reads several kinds.
const TEMPLATE = (object: string): string =>
  `(request.kind.kind == 'CronJob' ? dyn(${object}).?spec.?jobTemplate.?spec.?template : request.kind.kind == 'PodTemplate' ? dyn(${object}).?template : dyn(${object}).?spec.?template)`;
const LABELLED = `.?metadata.?labels[?'${LABEL.role}']`;
const IS_POD = "request.kind.kind == 'Pod'";
const IS_SANDBOX = "request.kind.kind == 'AgentSandbox'";
const ROLE = `${IS_SANDBOX} ? dyn(object).?spec.?roleRef.?name : ${IS_POD} ? dyn(object)${LABELLED} : ${TEMPLATE('object')}${LABELLED}`;
// Of a running pod only the images can be changed; controllers that lift scheduling gates or resize give it no code.
const IMAGES = (object: string): string =>
  `[dyn(${object}).?spec.?initContainers, dyn(${object}).?spec.?containers, dyn(${object}).?spec.?ephemeralContainers].map(list, list.orValue([]).map(c, c.?image.orValue('')))`;
const CHANGED = `oldObject == null || (${IS_SANDBOX} ? dyn(object).?spec != dyn(oldObject).?spec : ${IS_POD} ? ${IMAGES('object')} != ${IMAGES('oldObject')} : ${TEMPLATE('object')} != ${TEMPLATE('oldObject')})`;

/**
 * Whoever gives a role to code needs the verb `use` on that role: who makes a sandbox, a pod, or a template of pods,
 * and who changes one, since the new code runs with the role of the old. The pods that controllers make of a template
 * were judged with it.
 */
export const roleUseGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-role-use',
  description: 'Who gives an AgentRole to a sandbox, a pod or a template needs the verb use on it.',
  scope: ENROLLED,
  rules: [
    rule('', ['pods', 'pods/ephemeralcontainers', 'podtemplates', 'replicationcontrollers']),
    rule('apps', ['daemonsets', 'deployments', 'replicasets', 'statefulsets']),
    rule('batch', ['cronjobs', 'jobs']),
    rule(GROUP, ['agentsandboxes']),
  ],
  conditions: [
    { name: 'author', expression: `!(${FROM_OPERATOR}) && !(${FROM_WORKLOAD_CONTROLLER})` },
    { name: 'changed', expression: CHANGED },
  ],
  variables: [{ name: 'role', expression: ROLE }],
  validations: [
    {
      expression: `!variables.role.hasValue() || authorizer.group('${GROUP}').resource('agentroles').name(variables.role.value()).check('use').allowed()`,
      messageExpression: `request.kind.kind + ' ' + request.name + ': ' + (${IS_SANDBOX} ? 'spec.roleRef.name' : 'label ${LABEL.role}') + ': found ' + variables.role.orValue('nothing') + ', but ' + request.userInfo.username + ' does not have the verb use on this AgentRole. Choose another role, or have the verb use on agentroles.${GROUP}/' + variables.role.orValue('') + ' bound to you.'`,
    },
  ],
});
