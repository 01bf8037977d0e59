import { GROUP } from '../../api/names.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import type { Clock } from '../../lib/clock.ts';
import { withDeadline } from '../../lib/deadline.ts';
import type { Logger } from '../../lib/log.ts';
import type { RoleUse } from '../../policy/admission/evaluate-access.ts';
import type { UserInfo } from '../admission-review.ts';

/** Tells whether a user has the verb `use` on an AgentRole. */
export interface RoleUseReviewer {
  /** Never rejects: a failure is `Unanswered`. */
  readonly review: (user: UserInfo, role: string) => Promise<RoleUse>;
}

/** The API server answers within milliseconds, or not at all. */
const MAX_ANSWER_MILLISECONDS = 2_000;

export interface RoleUseOptions {
  readonly client: Pick<KubeClient, 'create'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the whole review. At most half of it is waited, so that the refusal reaches the person. */
  readonly deadlineMilliseconds: number;
}

type SubjectAccessReview = KubeObject & {
  readonly spec: object;
  readonly status?: { readonly allowed?: boolean };
};

/** Asks the API server with a SubjectAccessReview, once and for at most two seconds. */
export function createRoleUseReviewer(options: RoleUseOptions): RoleUseReviewer {
  const { client, clock, log } = options;
  const milliseconds = Math.min(MAX_ANSWER_MILLISECONDS, options.deadlineMilliseconds / 2);
  const onTimeout = (): Error => new Error(`no answer within ${milliseconds} ms`);
  return {
    async review(user, role) {
      const limits = { deadlineMilliseconds: milliseconds, maxAttempts: 1 };
      const review = subjectAccessReview(user, role);
      try {
        const { status } = await withDeadline({ clock, milliseconds, onTimeout }, (signal) =>
          client.create(resources.subjectAccessReviews, review, { ...limits, signal }),
        );
        return status?.allowed === true ? 'Allowed' : 'Denied';
      } catch (error) {
        log.error({ err: error, user: user.username, role }, 'the SubjectAccessReview failed');
        return 'Unanswered';
      }
    },
  };
}

function subjectAccessReview({ username, uid, groups, extra }: UserInfo, role: string): SubjectAccessReview {
  const resourceAttributes = { group: GROUP, resource: 'agentroles', name: role, verb: 'use' };
  return { metadata: {}, spec: { user: username, uid, groups, extra, resourceAttributes } };
}
