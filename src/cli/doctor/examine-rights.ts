import { OPERATOR, OPERATOR_USER, SYSTEM_NAMESPACE } from '../../api/names.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { type Examination, failed, noted, passed, readOr } from './finding.ts';
import { describeRight, OPERATOR_RIGHTS, type Right } from './operator-rights.ts';

type SubjectAccessReview = KubeObject & {
  readonly spec: object;
  readonly status?: { readonly allowed?: boolean };
};

const SUBJECT = `ServiceAccount ${SYSTEM_NAMESPACE}/${OPERATOR}, rights`;
const GROUPS = [
  'system:serviceaccounts',
  `system:serviceaccounts:${SYSTEM_NAMESPACE}`,
  'system:authenticated',
];

/** What the operator may do, as the API server's authorizers answer. */
export const examineRights: Examination = (client) =>
  readOr(SUBJECT, async () => {
    try {
      const missing = await findMissing(client);
      if (missing.length === 0) return [passed(SUBJECT, `has the ${OPERATOR_RIGHTS.length} that it needs`)];
      const named = missing.map(describeRight).join(', ');
      return [failed(SUBJECT, `lacks: ${named}. Upgrade the chart with the same values to restore them`)];
    } catch (error) {
      if (!isKubeError(error, 'Forbidden')) throw error;
      return [noted(SUBJECT, 'were not asked for, because you have no right to create SubjectAccessReviews')];
    }
  });

async function findMissing(client: KubeClient): Promise<readonly Right[]> {
  // The first alone: if the user may not ask, the API server says so before the rest is sent.
  const [first, ...rest] = OPERATOR_RIGHTS;
  if (first === undefined) return [];
  const answers = [
    await isGranted(client, first),
    ...(await Promise.all(rest.map((right) => isGranted(client, right)))),
  ];
  return OPERATOR_RIGHTS.filter((_, index) => answers[index] !== true);
}

async function isGranted(client: KubeClient, right: Right): Promise<boolean> {
  const spec = { user: OPERATOR_USER, groups: GROUPS, resourceAttributes: right };
  const review = await client.create<SubjectAccessReview>(resources.subjectAccessReviews, {
    metadata: {},
    spec,
  });
  return review.status?.allowed === true;
}
