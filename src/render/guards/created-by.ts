import { ANNOTATION, GROUP } from '../../api/names.ts';
import {
  admissionPolicy,
  EVERYWHERE,
  POLICY_LABELS,
  type PolicyObject,
  type ResourceRule,
  SUBJECT,
} from '../admission-policy.ts';
import { FROM_OWN_SERVICE_ACCOUNT, NO_SERVICE_ACCOUNT } from './actors.ts';

const NAME = 'cloister-created-by';
const RULES: readonly ResourceRule[] = [
  { apiGroups: [GROUP], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['agentsandboxes'] },
];
const stamp = (object: string): string => `${object}.metadata.?annotations[?'${ANNOTATION.createdBy}']`;
/** A sandbox from before the stamp has none, and nobody can say any more who made it. */
const KNOWN = `oldObject == null || ${stamp('oldObject')}.hasValue()`;
const AUTHOR = `(oldObject == null ? request.userInfo.username : ${stamp('oldObject')}.orValue(''))`;

const stampPolicy: PolicyObject = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingAdmissionPolicy',
  metadata: {
    name: NAME,
    labels: POLICY_LABELS,
    annotations: { 'kubernetes.io/description': 'Writes on a sandbox who made it.' },
  },
  spec: {
    failurePolicy: 'Fail',
    reinvocationPolicy: 'Never',
    matchConstraints: { matchPolicy: 'Equivalent', resourceRules: RULES },
    matchConditions: [{ name: 'known', expression: KNOWN }],
    mutations: [
      {
        patchType: 'ApplyConfiguration',
        applyConfiguration: {
          expression: `Object{metadata: Object.metadata{annotations: {'${ANNOTATION.createdBy}': ${AUTHOR}}}}`,
        },
      },
    ],
  },
};

const stampBinding: PolicyObject = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingAdmissionPolicyBinding',
  metadata: { name: NAME, labels: POLICY_LABELS },
  spec: { policyName: NAME },
};

/**
 * Who made a sandbox stands on it, since an approval may ask for somebody else (`separation: NotCreator`). It is stamped
 * before anything is judged, whatever the author wrote there; the second policy refuses what the stamp did not reach, and
 * an author behind whom anybody may be.
 * In every namespace, since a sandbox may be there before its namespace is enrolled.
 */
export const createdByGuard: readonly PolicyObject[] = [
  stampPolicy,
  stampBinding,
  ...admissionPolicy({
    name: NAME,
    description: 'Who made a sandbox stands on it as it was.',
    scope: EVERYWHERE,
    rules: RULES,
    conditions: [{ name: 'known', expression: KNOWN }],
    validations: [
      {
        expression: `!${FROM_OWN_SERVICE_ACCOUNT}`,
        messageExpression: `${SUBJECT} + ': ' + ${NO_SERVICE_ACCOUNT}`,
      },
      {
        expression: `${stamp('object')}.orValue('') == ${AUTHOR}`,
        messageExpression: `${SUBJECT} + ': metadata.annotations["${ANNOTATION.createdBy}"] is "' + ${stamp('object')}.orValue('') + '"; must be "' + ${AUTHOR} + '", who made the sandbox. Leave the annotation out: it is written for you.'`,
      },
    ],
  }),
];
