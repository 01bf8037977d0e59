import { GROUP, LABEL } from '../../api/names.ts';
import {
  admissionPolicy,
  EVERYWHERE,
  type PolicyObject,
  type ResourceRule,
  SUBJECT,
} from '../admission-policy.ts';
import {
  FROM_OPERATOR,
  FROM_OWN_SERVICE_ACCOUNT,
  FROM_WORKLOAD_CONTROLLER,
  IN_ENROLLED,
  NO_SERVICE_ACCOUNT,
} from './actors.ts';

const rule = (group: string, resources: readonly string[]): ResourceRule => ({
  apiGroups: [group],
  apiVersions: [group === GROUP ? '*' : 'v1'],
  operations: ['CREATE', 'UPDATE'],
  resources,
});

// Where a kind keeps the pod that it makes. dyn: one expression reads several kinds.
const TEMPLATE = (object: string): string =>
  `(request.kind.kind == 'CronJob' ? dyn(${object}).?spec.?jobTemplate.?spec.?template : request.kind.kind == 'PodTemplate' ? dyn(${object}).?template : request.kind.kind == 'ControllerRevision' ? dyn(${object}).?data.?spec.?template : dyn(${object}).?spec.?template)`;
const LABELLED = `.?metadata.?labels[?'${LABEL.role}']`;
const IS_POD = "request.kind.kind == 'Pod'";
const IS_SANDBOX = "request.kind.kind == 'AgentSandbox'";
const ROLE = `${IS_SANDBOX} ? dyn(object).?spec.?roleRef.?name : ${IS_POD} ? dyn(object)${LABELLED} : ${TEMPLATE('object')}${LABELLED}`;
// Of a running pod only the images can be changed; controllers that lift scheduling gates or resize give it no code.
const IMAGES = (object: string): string =>
  `[dyn(${object}).?spec.?initContainers, dyn(${object}).?spec.?containers, dyn(${object}).?spec.?ephemeralContainers].map(list, list.orValue([]).map(c, c.?image.orValue('')))`;
const CHANGED = `(${IS_SANDBOX} ? dyn(object).?spec != dyn(oldObject).?spec : ${IS_POD} ? ${IMAGES('object')} != ${IMAGES('oldObject')} : ${TEMPLATE('object')} != ${TEMPLATE('oldObject')})`;

/** Has the Deployment controller replace the template by that of an old ReplicaSet, which may be of another role. */
const ROLLBACK = 'deprecated.deployment.rollback.to';
const ROLLBACK_OF = (object: string): string => `dyn(${object}).metadata.?annotations[?'${ROLLBACK}']`;
const ROLLS_BACK = `(request.kind.kind == 'Deployment' && ${ROLLBACK_OF('object')}.hasValue() && (oldObject == null || ${ROLLBACK_OF('object')} != ${ROLLBACK_OF('oldObject')}))`;

const MAY_USE = (name: string): string =>
  `authorizer.group('${GROUP}').resource('agentroles')${name}.check('use').allowed()`;

/**
 * Who gives a role to code needs the verb `use` on that role: who makes a sandbox, a pod, or a template of pods, and
 * who changes one, since the new code runs with the role of the old. The pods that controllers make of a template were
 * judged with it, wherever it was written: a template waits in a namespace until that is enrolled, or until it is
 * scaled. Hence the policy holds in every namespace, and speaks where a role is named.
 */
export const roleUseGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-role-use',
  description: 'Who gives an AgentRole to a sandbox, a pod or a template needs the verb use on it.',
  scope: EVERYWHERE,
  rules: [
    rule('', ['pods', 'pods/ephemeralcontainers', 'podtemplates', 'replicationcontrollers']),
    rule('apps', ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets']),
    rule('batch', ['cronjobs', 'jobs']),
    rule(GROUP, ['agentsandboxes']),
  ],
  conditions: [
    { name: 'author', expression: `!(${FROM_OPERATOR}) && !(${FROM_WORKLOAD_CONTROLLER})` },
    { name: 'changed', expression: `oldObject == null || ${CHANGED} || ${ROLLS_BACK}` },
  ],
  variables: [{ name: 'role', expression: ROLE }],
  validations: [
    {
      expression: `!${FROM_OWN_SERVICE_ACCOUNT}`,
      messageExpression: `${SUBJECT} + ': ' + ${NO_SERVICE_ACCOUNT}`,
    },
    {
      expression: `!variables.role.hasValue() || ${MAY_USE('.name(variables.role.value())')}`,
      messageExpression: `${SUBJECT} + ': ' + (${IS_SANDBOX} ? 'spec.roleRef.name' : 'label ${LABEL.role}') + ' is "' + variables.role.orValue('') + '"; must be an AgentRole on which "' + request.userInfo.username + '" has the verb use. Choose another role, or have the verb use on agentroles.${GROUP}/' + variables.role.orValue('') + ' bound to you.'`,
    },
    {
      expression: `!${ROLLS_BACK} || !(${IN_ENROLLED}) || ${MAY_USE('')}`,
      messageExpression: `${SUBJECT} + ': metadata.annotations["${ROLLBACK}"] is "' + ${ROLLBACK_OF('object')}.orValue('') + '"; must be set only by who has the verb use on every AgentRole, because the old template may name any. Use kubectl rollout undo instead.'`,
    },
  ],
});
