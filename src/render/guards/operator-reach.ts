import { GROUP, LABEL, OPERATOR, SYSTEM_NAMESPACE } from '../../api/names.ts';
import { admissionPolicy, type PolicyObject, type ResourceRule } from '../admission-policy.ts';
import { FROM_OPERATOR } from './actors.ts';
import { NAMESPACE_RULES } from './namespaces.ts';

const all = (group: string, resources: readonly string[]): ResourceRule => ({
  apiGroups: [group],
  apiVersions: ['*'],
  operations: ['*'],
  resources,
  scope: 'Namespaced',
});

const WAS_OURS = `request.kind.kind == 'Namespace' && oldObject != null && ['${LABEL.tenant}', '${LABEL.system}'].exists(label, label in oldObject.metadata.?labels.orValue({}))`;

/**
 * The operator runs with the rights that it needs in namespaces of tenants, in every namespace. In its own they would make
 * it the webhook: it could bind itself to the Secrets there, or start a pod with the webhook's ServiceAccount. All it does
 * there is to end itself, when Cloister is removed.
 */
const ENDS_ITSELF = `request.namespace == '${SYSTEM_NAMESPACE}' && request.kind.kind == 'Deployment' && request.operation == 'DELETE' && request.?name.orValue('') == '${OPERATOR}'`;

/**
 * The operator writes nothing outside the namespaces of tenants, whatever its ClusterRole lets it do. The binding picks the
 * namespaces where it may not; for a Namespace itself that is one whose new labels are not ours.
 */
export const operatorReachGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-operator-reach',
  description: 'The operator of Cloister writes only in the namespaces of tenants.',
  scope: [
    [
      { key: LABEL.tenant, operator: 'DoesNotExist' },
      { key: LABEL.system, operator: 'DoesNotExist' },
    ],
  ],
  rules: [
    all('*', ['*/*']),
    ...NAMESPACE_RULES,
    { apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces'] },
  ],
  // Written all the time by nodes and controllers, and of no use to an attacker who acts as the operator.
  excludeRules: [
    all('', ['events', 'pods/binding', 'pods/status']),
    all('coordination.k8s.io', ['leases']),
    all('discovery.k8s.io', ['endpointslices']),
    all('events.k8s.io', ['events']),
    // The status of a sandbox says that its namespace belongs to no tenant; to write it grants nothing.
    all(GROUP, ['agentsandboxes/status']),
  ],
  conditions: [{ name: 'the-operator', expression: FROM_OPERATOR }],
  validations: [
    {
      expression: `(${WAS_OURS}) || (${ENDS_ITSELF})`,
      messageExpression: `request.kind.kind + ' "' + request.?name.orValue('') + '" in namespace "' + request.namespace + '": ' + request.operation + ' by the operator of Cloister; must be in a namespace with the label ${LABEL.tenant} or ${LABEL.system}. Add the namespace to spec.namespaces of a TenantIsolation, if agents run there.'`,
    },
  ],
});
