import { ANNOTATION, LABEL, MAX_METADATA_ENTRIES } from '../../../api/names.ts';
import { show } from '../../../lib/show.ts';
import type { PodMetadata } from '../../pod/pod.ts';
import type { Check } from '../check.ts';
import type { ReviewContext } from '../review-context.ts';

// Capitals too: the API server accepts them in annotations, and a reader does not see the difference.
const RESERVED = /^(?:[^/]*\.)?cloister\.dev\//i;
/** CEL that is true of a name (`key`) that belongs to Cloister. */
export const IS_RESERVED = "key.matches('(?i)^([^/]*\\\\.)?cloister\\\\.dev/')";
const IS_OPERATOR = 'request.userInfo.username == variables.operatorUser';

const KINDS = ['labels', 'annotations'] as const;
type Kind = (typeof KINDS)[number];
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
 * Allowed: the label `cloister.dev/role` for every user; the annotation `cloister.dev/created-by` with the name of the
 * requesting user; the labels `sandbox` and `contained` and the annotations `policy-hash` and `force-release` for the
 * operator.
 */
export const reservedMetadata: Check = {
  name: 'reserved-metadata',
  summary: 'Only the operator sets labels and annotations under cloister.dev, except for the role.',
  rationale:
    "A pod with the labels of another's sandbox would be given its credentials, and a pod that claims to be released would end its own containment.",
  fields: ['metadata.labels', 'metadata.annotations'],
  positions: ['Pod'],
  operations: ['Create'],
  context: 'None',
  upstream: null,
  cel: [
    {
      expression: `${isLarge('labels')} || object.metadata.?labels.orValue({}).all(key, key == '${ROLE}' || !${IS_RESERVED} || (key in ${list('labels')} && ${IS_OPERATOR}))`,
    },
    {
      expression: `${isLarge('annotations')} || object.metadata.?annotations.orValue({}).all(key, !${IS_RESERVED} || (key == '${CREATED_BY}' && (object.metadata.annotations[key] == request.userInfo.username || ${IS_OPERATOR})) || (key in ${list('annotations')} && ${IS_OPERATOR}))`,
    },
  ],
  evaluate: ({ metadata }, context, report) => {
    for (const kind of KINDS) {
      for (const [key, value] of Object.entries(metadata[kind] ?? {})) {
        if (isFree(kind, key) || isAllowed(kind, key, value, context)) continue;
        report({
          field: `metadata.${kind}[${key}]`,
          found: show(value),
          ...explain(kind, key),
        });
      }
    }
  },
  fix: (pod) => {
    const { labels, annotations } = pod.metadata ?? {};
    const metadata: PodMetadata = {
      ...pod.metadata,
      ...(labels ? { labels: withoutReserved(labels) } : {}),
      ...(annotations ? { annotations: withoutReserved(annotations) } : {}),
    };
    return { ...pod, metadata };
  },
};

/** The guard policy `cloister-pod-metadata` refuses a new pod of more. */
function isLarge(kind: Kind): string {
  return `object.metadata.?${kind}.orValue({}).size() > ${MAX_METADATA_ENTRIES}`;
}

function list(kind: Kind): string {
  return `[${[...OPERATOR_ONLY[kind]].map((key) => `'${key}'`).join(', ')}]`;
}

/** Whether the name of a label or annotation belongs to Cloister. */
export function isReserved(key: string): boolean {
  return RESERVED.test(key);
}

/** Whether every user may set it to any value. */
function isFree(kind: Kind, key: string): boolean {
  return !isReserved(key) || (kind === 'labels' && key === ROLE);
}

/** Keeps a role that is in an annotation: only its author knows whether the label was meant. */
function withoutReserved(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([key]) => key === ROLE || !isReserved(key)));
}

/** Whether this user may set a reserved name to this value. */
function isAllowed(kind: Kind, key: string, value: string, { user, configuration }: ReviewContext): boolean {
  const isOperator = user?.name === configuration.operatorUser;
  if (isCreatedBy(kind, key)) return isOperator || (user !== null && value === user.name);
  return isOperator && OPERATOR_ONLY[kind].has(key);
}

function explain(kind: Kind, key: string): { readonly required: string; readonly fix: string } {
  if (isCreatedBy(kind, key)) {
    const required = 'must be the name of the user who creates the pod, or not set';
    return { required, fix: 'Remove it, or set it to your user name.' };
  }
  const fix = OPERATOR_ONLY[kind].has(key)
    ? 'Remove it: only the operator of Cloister sets it.'
    : `Remove it: names under cloister.dev are reserved, and authors may set only the label ${ROLE}.`;
  return { required: 'must not be set', fix };
}

function isCreatedBy(kind: Kind, key: string): boolean {
  return kind === 'annotations' && key === CREATED_BY;
}
