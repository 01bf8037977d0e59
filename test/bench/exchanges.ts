import { benchReviews } from './admission-reviews.ts';
import type { Exchange } from './load.ts';
import { benchPods } from './pods.ts';

interface ReviewResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { readonly message: string };
}

/** The reviews of all pods. With `isAllAllowed` the server must allow every one, else it must refuse the bad pods. */
export function reviewExchanges({ isAllAllowed = false } = {}): readonly Exchange[] {
  return benchReviews().map(({ uid, body, refusedBy }) => {
    const check = isAllAllowed ? null : refusedBy;
    return {
      body: body.toString('utf8'),
      isRefused: check !== null,
      findFault: (status, answer) => {
        const { response } = JSON.parse(answer) as { response?: ReviewResponse };
        const isExpected =
          status === 200 &&
          response?.uid === uid &&
          response.allowed === (check === null) &&
          (check === null || namesCheck(response.status?.message, check));
        return isExpected ? null : `expected ${check ?? 'allowed'}, got ${status} ${answer}`;
      },
    };
  });
}

/** The pods themselves, to be created in a namespace, where the bad ones must be refused if `isEnrolled`. */
export function podExchanges(
  namespace: string,
  { isEnrolled }: { isEnrolled: boolean },
): readonly Exchange[] {
  return benchPods().map(({ manifest, refusedBy }) => {
    const pod = { ...manifest, metadata: { ...manifest.metadata, namespace } };
    const check = isEnrolled ? refusedBy : null;
    return {
      body: JSON.stringify(pod),
      isRefused: check !== null,
      findFault: (status, answer) => {
        const isExpected = check === null ? status === 201 : status === 403 && namesCheck(answer, check);
        return isExpected ? null : `expected ${check ?? 'created'}, got ${status} ${answer.slice(0, 500)}`;
      },
    };
  });
}

function namesCheck(message: string | undefined, check: string): boolean {
  return message?.includes(`- ${check}:`) === true;
}
