import { LABEL, MAX_METADATA_ENTRIES } from '../../api/names.ts';
import {
  admissionPolicy,
  GOVERNED,
  type PolicyObject,
  SUBJECT,
  type Validation,
} from '../admission-policy.ts';
import { FROM_CLEANER, FROM_OPERATOR } from './actors.ts';
import { changedReservedKeys, hasFewEntries } from './changes.ts';

const v1 = { apiGroups: [''], apiVersions: ['v1'] } as const;
const OWNERS = (object: string): string => `${object}.metadata.?ownerReferences`;
const IS_OF_SANDBOX = `(oldObject != null && '${LABEL.sandbox}' in oldObject.metadata.?labels.orValue({}))`;
const IS_NEW_POD = "(request.kind.kind == 'Pod' && oldObject == null)";

/**
 * What a pod is to Cloister is said when it is created and stays. The contained label alone comes and goes, by the
 * operator. A status is written with the labels beside it, and a Binding's labels and annotations are merged into the
 * pod's: both are ways to change them. A pod has few labels and annotations, so that no policy runs out of its budget
 * on the update that contains it; one that has more, from before its namespace was enrolled, may keep and lose them.
 * The pod of a sandbox keeps its owner too: without it, or with another, it would outlive the sandbox or become another's.
 */
export const podMetadataGuard: readonly PolicyObject[] = admissionPolicy({
  name: 'cloister-pod-metadata',
  description: `Labels and annotations of Cloister on a pod stay as they were when it was created, as does the owner of a sandbox's pod, and a pod has at most ${MAX_METADATA_ENTRIES} of each.`,
  scope: GOVERNED,
  rules: [
    { ...v1, operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
    { ...v1, operations: ['UPDATE'], resources: ['pods/status'] },
    { ...v1, operations: ['CREATE'], resources: ['pods/binding', 'bindings'] },
  ],
  conditions: [
    {
      name: 'changed',
      expression: `oldObject == null || object.metadata.?labels != oldObject.metadata.?labels || object.metadata.?annotations != oldObject.metadata.?annotations || ${OWNERS('object')} != ${OWNERS('oldObject')}`,
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
    {
      expression: `!${IS_OF_SANDBOX} || variables.fromOperator || ${FROM_CLEANER} || ${OWNERS('object')} == ${OWNERS('oldObject')}`,
      messageExpression: `${SUBJECT} + ': metadata.ownerReferences is changed by "' + request.userInfo.username + '"; must stay as it was when the operator of Cloister created the pod for its AgentSandbox. Leave it as it was; to end the pod, stop or delete the AgentSandbox.'`,
    },
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
