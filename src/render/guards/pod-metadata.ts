import { LABEL, MAX_METADATA_ENTRIES } from '../../api/names.ts';
import {
  admissionPolicy,
  GOVERNED,
  type PolicyObject,
  SUBJECT,
  type Validation,
} from '../admission-policy.ts';
import { FROM_OPERATOR } from './actors.ts';
import { changedReservedKeys, hasFewEntries } from './changes.ts';

const v1 = { apiGroups: [''], apiVersions: ['v1'] } as const;
const IS_NEW_POD = "(request.kind.kind == 'Pod' && oldObject == null)";

/**
 * What a pod is to Cloister is said when it is created and stays. The contained label alone comes and goes, by the
 * operator. A status is written with the labels beside it, and a Binding's labels and annotations are merged into the
 * pod's: both are ways to change them. A pod has few labels and annotations, so that no policy runs out of its budget
 * on the update that contains it; one that has more, from before its namespace was enrolled, may keep and lose them.
 */
export const podMetadataGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-pod-metadata',
  description: `Labels and annotations of Cloister on a pod stay as they were when it was created, and a pod has at most ${MAX_METADATA_ENTRIES} of each.`,
  scope: GOVERNED,
  rules: [
    { ...v1, operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
    { ...v1, operations: ['UPDATE'], resources: ['pods/status'] },
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
    {
      name: 'changedLabels',
      expression: changedReservedKeys('labels', `!(key == '${LABEL.contained}' && variables.fromOperator)`),
    },
    { name: 'changedAnnotations', expression: changedReservedKeys('annotations') },
  ],
  validations: [
    stays('labels', 'variables.changedLabels'),
    stays('annotations', 'variables.changedAnnotations'),
    hasFewEntries('labels', 'variables.fromOperator'),
    hasFewEntries('annotations', 'variables.fromOperator'),
  ],
});

function stays(map: string, changed: string): Validation {
  return {
    expression: `${IS_NEW_POD} || ${changed}.size() == 0`,
    messageExpression: `${SUBJECT} + ': metadata.${map}: "' + ${changed}.join('", "') + '" is changed by "' + request.userInfo.username + '"; must stay as it was when the pod was created. Create a new pod; an AgentQuarantine cuts a pod off and releases it.'`,
  };
}
