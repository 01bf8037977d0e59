import { ANNOTATION, GROUP, LABEL, SYSTEM_NAMESPACE_PREFIX } from '../../api/names.ts';
import { admissionPolicy, EVERYWHERE, type PolicyObject, type ResourceRule } from '../admission-policy.ts';
import { enrolmentLabels } from '../enrolment-labels.ts';
import { FROM_OPERATOR } from './actors.ts';
import { changedKeys, OURS } from './changes.ts';

/** A status or a finalizer is written with the labels beside it: /status and /finalize are ways to change them. */
export const NAMESPACE_RULES: readonly ResourceRule[] = [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['namespaces'] },
  {
    apiGroups: [''],
    apiVersions: ['v1'],
    operations: ['UPDATE'],
    resources: ['namespaces/status', 'namespaces/finalize'],
  },
];

/** CEL that is true where the namespace has the labels of Pod Security that enrolment gives it. */
export const HAS_POD_SECURITY = Object.entries(enrolmentLabels(''))
  .filter(([name]) => name !== LABEL.tenant)
  .map(([name, value]) => `object.metadata.?labels[?'${name}'].orValue('') == '${value}'`)
  .join(' && ');

/** The labels of Pod Security, as a message tells them. */
export const POD_SECURITY_TEXT = Object.entries(enrolmentLabels(''))
  .filter(([name]) => name !== LABEL.tenant)
  .map(([name, value]) => `${name}=${value}`)
  .join(' and ');

const EITHER = `(oldObject == null ? [object] : [object, oldObject])`;
const CONCERNED = `${EITHER}.exists(each, each.metadata.?labels.orValue({}).exists(key, ${OURS}) || each.metadata.?annotations.orValue({}).exists(key, ${OURS})) || object.metadata.name.startsWith('${SYSTEM_NAMESPACE_PREFIX}')`;
const GUARDED_LABEL = `(${OURS} || key.startsWith('pod-security.kubernetes.io/'))`;
const BECOMES_TENANTS = `'${LABEL.tenant}' in variables.changedLabels && '${LABEL.tenant}' in object.metadata.?labels.orValue({})`;
/** Of a system namespace, whose tenant may be gone: a removal that does not end is let pass. The name is asked about as it would be of the tenant. */
const MAY_RELEASE = `object.metadata.name.startsWith('${SYSTEM_NAMESPACE_PREFIX}') && request.operation == 'UPDATE' && authorizer.group('${GROUP}').resource('tenantisolations').name(object.metadata.name.substring(${SYSTEM_NAMESPACE_PREFIX.length})).check('release').allowed()`;
const NAMESPACE = `'Namespace "' + object.metadata.name + '": '`;

/** Enrolment, and what keeps an enrolled namespace closed without the webhook, are changed by the operator alone. */
export const namespacesGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-namespaces',
  description: 'The labels by which a namespace is enrolled and closed are changed by the operator alone.',
  scope: EVERYWHERE,
  rules: NAMESPACE_RULES,
  conditions: [{ name: 'concerned', expression: CONCERNED }],
  variables: [
    { name: 'fromOperator', expression: FROM_OPERATOR },
    { name: 'changedLabels', expression: changedKeys('labels', GUARDED_LABEL) },
    { name: 'changedAnnotations', expression: changedKeys('annotations', OURS) },
    { name: 'systemTenant', expression: `object.metadata.?labels[?'${LABEL.system}']` },
  ],
  validations: [
    {
      expression:
        "request.operation == 'CREATE' || variables.fromOperator || variables.changedLabels.size() == 0",
      messageExpression: `${NAMESPACE} + 'metadata.labels: "' + variables.changedLabels.join('", "') + '" is changed by "' + request.userInfo.username + '"; must be changed by the operator of Cloister alone. Change spec.namespaces of the TenantIsolation instead.'`,
    },
    {
      expression: `request.operation != 'CREATE' || variables.fromOperator || variables.changedLabels.all(key, key == '${LABEL.tenant}' || key.startsWith('pod-security.kubernetes.io/'))`,
      messageExpression: `${NAMESPACE} + 'metadata.labels: "' + variables.changedLabels.join('", "') + '" is set by "' + request.userInfo.username + '"; must be ${LABEL.tenant} and the labels of Pod Security alone. Remove the others: the operator sets them.'`,
    },
    {
      expression: `variables.fromOperator || variables.changedAnnotations.all(key, key == '${ANNOTATION.forceRelease}' && ${MAY_RELEASE})`,
      messageExpression: `${NAMESPACE} + 'metadata.annotations: "' + variables.changedAnnotations.join('", "') + '" is changed by "' + request.userInfo.username + '"; must be changed by the operator of Cloister alone. Leave it as it was. To set ${ANNOTATION.forceRelease} on the system namespace of a tenant, have the verb release on tenantisolations.${GROUP} bound to you, as the ClusterRole cloister-platform has it.'`,
    },
    {
      expression: `!(${BECOMES_TENANTS}) || (${HAS_POD_SECURITY})`,
      messageExpression: `${NAMESPACE} + 'metadata.labels has ${LABEL.tenant}; must have ${POD_SECURITY_TEXT} too. Set these labels, or leave out ${LABEL.tenant}.'`,
    },
    {
      expression: `!(${BECOMES_TENANTS}) || !(object.metadata.name == 'default' || object.metadata.name.startsWith('kube-') || object.metadata.name.startsWith('cloister-'))`,
      messageExpression: `${NAMESPACE} + 'metadata.labels["${LABEL.tenant}"] is set; must not be set on default, kube-* and cloister-*. Give the agents a namespace of their own.'`,
    },
    {
      expression: `request.operation != 'CREATE' || !object.metadata.name.startsWith('${SYSTEM_NAMESPACE_PREFIX}') || variables.fromOperator`,
      messageExpression: `${NAMESPACE} + 'metadata.name begins with "${SYSTEM_NAMESPACE_PREFIX}", and the namespace is created by "' + request.userInfo.username + '"; must be created by the operator of Cloister, as the system namespace of a tenant. Choose another name.'`,
    },
    {
      expression: `!('${LABEL.system}' in variables.changedLabels) || !variables.systemTenant.hasValue() || object.metadata.name == '${SYSTEM_NAMESPACE_PREFIX}' + variables.systemTenant.value()`,
      messageExpression: `${NAMESPACE} + 'metadata.labels["${LABEL.system}"] is "' + variables.systemTenant.orValue('') + '"; must be set on the namespace "${SYSTEM_NAMESPACE_PREFIX}' + variables.systemTenant.orValue('') + '" alone. Remove it.'`,
    },
  ],
});
