import { API_VERSION, LABEL } from '../../api/names.ts';
import { admissionPolicy, EVERYWHERE, type PolicyObject, type ResourceRule } from '../admission-policy.ts';
import { HAS_POD_SECURITY, POD_SECURITY_TEXT } from './namespaces.ts';

const TENANT_OF = (object: string): string => `${object}.metadata.?labels[?'${LABEL.tenant}'].orValue('')`;
const CLAIMS = `${TENANT_OF('object')} == params.metadata.name`;
const CLAIMED_BEFORE = `(oldObject != null && ${TENANT_OF('oldObject')} == params.metadata.name)`;

/**
 * Not /status and /finalize, where `cloister-namespaces` lets nobody but the operator change a label, who has no right
 * to either: a policy whose parameters are gone with their kind refuses all it matches, and no namespace could end.
 */
const RULES: readonly ResourceRule[] = [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['namespaces'] },
];

/**
 * A namespace that a tenant lists comes into being enrolled, or not at all: one that is deleted and made again would
 * otherwise be open until the operator has seen it. And no namespace claims a tenant that does not list it.
 */
export const listedNamespacesGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-listed-namespaces',
  description:
    'A namespace that a TenantIsolation lists is created with the labels of its enrolment, and no other claims them.',
  scope: EVERYWHERE,
  parameters: { apiVersion: API_VERSION, kind: 'TenantIsolation' },
  rules: RULES,
  variables: [
    { name: 'listed', expression: 'params.spec.namespaces.exists(each, each.name == object.metadata.name)' },
  ],
  validations: [
    {
      expression: `request.operation != 'CREATE' || !variables.listed || (${CLAIMS} && ${HAS_POD_SECURITY})`,
      messageExpression: `'Namespace "' + object.metadata.name + '": metadata.labels is incomplete; must have ${LABEL.tenant}=' + params.metadata.name + ', ${POD_SECURITY_TEXT}, because the TenantIsolation "' + params.metadata.name + '" lists the namespace. Set these labels.'`,
    },
    {
      expression: `variables.listed || !(${CLAIMS}) || ${CLAIMED_BEFORE}`,
      messageExpression: `'Namespace "' + object.metadata.name + '": metadata.labels["${LABEL.tenant}"] is "' + params.metadata.name + '"; must be a TenantIsolation that lists the namespace. Remove the label, or have the namespace added to spec.namespaces of that TenantIsolation.'`,
    },
  ],
});
