import { LABEL } from '../../api/names.ts';
import { admissionPolicy, GOVERNED, type PolicyObject } from '../admission-policy.ts';
import { FROM_OPERATOR } from './actors.ts';
import { changedKeys, OURS } from './metadata-changes.ts';

const v1 = { apiGroups: [''], apiVersions: ['v1'] } as const;
const GUARDED_LABEL = `(${OURS} && !(key == '${LABEL.contained}' && variables.fromOperator))`;

/**
 * What a pod is to Cloister is said when it is created and stays. The contained label alone comes and goes, by the
 * operator. A status is written with the labels beside it, and a Binding's labels and annotations are merged into the
 * pod's: both are ways to change them.
 */
export const podMetadataGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-pod-metadata',
  description: 'Labels and annotations of Cloister on a pod stay as they were when it was created.',
  scope: GOVERNED,
  rules: [
    { ...v1, operations: ['UPDATE'], resources: ['pods', 'pods/status'] },
    { ...v1, operations: ['CREATE'], resources: ['pods/binding', 'bindings'] },
  ],
  conditions: [
    {
      name: 'changed',
      expression:
        'oldObject == null || object.metadata.?labels != oldObject.metadata.?labels || object.metadata.?annotations != oldObject.metadata.?annotations',
    },
  ],
  variables: [
    { name: 'fromOperator', expression: FROM_OPERATOR },
    { name: 'changedLabels', expression: changedKeys('labels', GUARDED_LABEL) },
    { name: 'changedAnnotations', expression: changedKeys('annotations', OURS) },
  ],
  validations: [
    {
      expression: 'variables.changedLabels.size() == 0',
      messageExpression: message('labels', 'variables.changedLabels'),
    },
    {
      expression: 'variables.changedAnnotations.size() == 0',
      messageExpression: message('annotations', 'variables.changedAnnotations'),
    },
  ],
});

function message(map: string, changed: string): string {
  return `'pod ' + request.name + ': metadata.${map}: ' + ${changed}.join(', ') + ' would be changed by ' + request.userInfo.username + ', but stays as it was when the pod was created. Create a new pod; a pod is cut off and released by an AgentQuarantine.'`;
}
