import { ANNOTATION, LABEL } from '../../../api/names.ts';
import type { Check, Finding } from '../check.ts';
import { collectFinding } from '../collect-finding.ts';
import { NO_FINDINGS } from '../find-in-containers.ts';
import type { ReviewContext } from '../review-context.ts';
import { show } from '../../../lib/show.ts';

// Capitals too: the API server accepts them in annotations, and a reader does not see the difference.
const RESERVED = /^(?:[^/]*\.)?cloister\.dev\//i;
const IN_CEL = "key.matches('(?i)^([^/]*\\\\.)?cloister\\\\.dev/')";
const IS_OPERATOR = 'request.userInfo.username == variables.operatorUser';

type Kind = 'labels' | 'annotations';
const OPERATOR_ONLY: Readonly<Record<Kind, ReadonlySet<string>>> = {
  labels: new Set([LABEL.sandbox, LABEL.contained]),
  annotations: new Set([ANNOTATION.policyHash, ANNOTATION.forceRelease]),
};
const ROLE = LABEL.role;
const CREATED_BY = ANNOTATION.createdBy;

/**
 * Labels and annotations under `cloister.dev` belong to Cloister.
 *
 * Fields: `metadata.labels`, `metadata.annotations`, of a new pod (guard policies keep them as they are after that).
 * Allowed: the label `cloister.dev/role` by anyone; the annotation `cloister.dev/created-by` with the name of who asks;
 * the labels `sandbox` and `contained` and the annotations `policy-hash` and `force-release` by the operator.
 */
export const reservedMetadata: Check = {
  name: 'reserved-metadata',
  summary: 'Labels and annotations under cloister.dev are set by the operator, but for the role.',
  rationale:
    "A pod with the labels of another's sandbox would be given its credentials, and one that calls itself released would end its own containment.",
  fields: ['metadata.labels', 'metadata.annotations'],
  positions: ['Pod'],
  operations: ['Create'],
  context: 'None',
  upstream: null,
  cel: [
    {
      expression: `object.metadata.?labels.orValue({}).all(key, key == '${ROLE}' || !${IN_CEL} || (key in ${list('labels')} && ${IS_OPERATOR}))`,
    },
    {
      expression: `object.metadata.?annotations.orValue({}).all(key, !${IN_CEL} || (key == '${CREATED_BY}' && (object.metadata.annotations[key] == request.userInfo.username || ${IS_OPERATOR})) || (key in ${list('annotations')} && ${IS_OPERATOR}))`,
    },
  ],
  evaluate: ({ metadata }, context) => {
    let findings: Finding[] | null = null;
    for (const key in metadata.labels) {
      if (!isReservedKey(key) || key === ROLE) continue;
      findings = collectFinding(findings, judge('labels', key, metadata.labels[key], context));
    }
    for (const key in metadata.annotations) {
      if (!isReservedKey(key)) continue;
      findings = collectFinding(findings, judge('annotations', key, metadata.annotations[key], context));
    }
    return findings ?? NO_FINDINGS;
  },
};

/** Whether a label or annotation belongs to Cloister, however it is spelt. */
export function isReservedKey(key: string): boolean {
  return RESERVED.test(key);
}

function list(kind: Kind): string {
  return `[${[...OPERATOR_ONLY[kind]].map((key) => `'${key}'`).join(', ')}]`;
}

function judge(
  kind: Kind,
  key: string,
  value: string | undefined,
  { user, configuration }: ReviewContext,
): Finding | null {
  const isOperator = user?.name === configuration.operatorUser;
  const isCreatedBy = kind === 'annotations' && key === CREATED_BY;
  if (isOperator && (isCreatedBy || OPERATOR_ONLY[kind].has(key))) return null;
  if (isCreatedBy && user !== null && value === user.name) return null;
  return {
    container: null,
    field: `metadata.${kind}[${key}]`,
    found: show(value),
    required: isCreatedBy ? 'the name of who creates the pod, or nothing' : 'nothing',
    fix: OPERATOR_ONLY[kind].has(key)
      ? 'Remove it: only the operator of Cloister sets it.'
      : 'Remove it: everything under cloister.dev is reserved, and authors set only the label cloister.dev/role.',
  };
}
