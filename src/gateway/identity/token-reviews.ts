import { errorMessage } from '../../lib/error-message.ts';
import type { Secret } from '../../lib/secret.ts';
import { sha256 } from '../../lib/sha256.ts';
import type { ReviewedToken } from './review-token.ts';

export interface TokenReviewLimits {
  /** How long a good token is taken for good without being asked about again; less where it ends before. */
  readonly goodMilliseconds: number;
  /** How long a bad one is taken for bad. */
  readonly badMilliseconds: number;
  /** How many tokens are remembered, good and bad each. The oldest is forgotten for one more. */
  readonly maxRemembered: number;
  /** Reviews under way at once, in all and for one pod. One more is refused. */
  readonly maxUnderWay: number;
  readonly maxUnderWayOfPod: number;
}

export const TOKEN_REVIEW_LIMITS: TokenReviewLimits = Object.freeze({
  goodMilliseconds: 60_000,
  badMilliseconds: 5_000,
  maxRemembered: 4_096,
  maxUnderWay: 64,
  maxUnderWayOfPod: 4,
});

export interface TokenReviewsOptions {
  /** Throws where the API server does not answer. */
  readonly review: (token: Secret) => Promise<ReviewedToken>;
  readonly limits: TokenReviewLimits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** `unreviewed`: why the API server could not be asked. Trying again may help. */
export type TokenVerdict = ReviewedToken | { readonly unreviewed: string };

/** Asks the API server about tokens, as seldom as it can. It never throws. */
export interface TokenReviews {
  /** What was said of a token that is still taken for good; null where it would not be, or was not asked about. */
  readonly good: (token: Secret) => ReviewedToken | null;
  /** `podUID` is the pod that shows the token, and pays for the review. */
  readonly verdict: (token: Secret, podUID: string) => Promise<TokenVerdict>;
}

/** Creates reviews that remember nothing yet. Tokens are remembered by their hashes. */
export function createTokenReviews({ review, limits, now }: TokenReviewsOptions): TokenReviews {
  const good = createMemory(limits.maxRemembered, now);
  const bad = createMemory(limits.maxRemembered, now);
  const underWay = new Map<string, Promise<TokenVerdict>>();
  const ofPods = new Map<string, number>();

  const ask = async (token: Secret, hash: string): Promise<TokenVerdict> => {
    try {
      const reviewed = await review(token);
      if ('problem' in reviewed) bad.put(hash, reviewed, now() + limits.badMilliseconds);
      else good.put(hash, reviewed, Math.min(now() + limits.goodMilliseconds, reviewed.binding.expires));
      return reviewed;
    } catch (error) {
      return { unreviewed: `the API server could not be asked about the token (${errorMessage(error)})` };
    }
  };
  const begin = (token: Secret, hash: string, podUID: string): Promise<TokenVerdict> => {
    ofPods.set(podUID, (ofPods.get(podUID) ?? 0) + 1);
    const asked = ask(token, hash).finally(() => {
      underWay.delete(hash);
      const left = (ofPods.get(podUID) ?? 1) - 1;
      if (left > 0) ofPods.set(podUID, left);
      else ofPods.delete(podUID);
    });
    underWay.set(hash, asked);
    return asked;
  };
  return {
    good: (token) => good.get(sha256(token.reveal())) ?? null,
    verdict: async (token, podUID) => {
      const hash = sha256(token.reveal());
      const known = good.get(hash) ?? bad.get(hash) ?? underWay.get(hash);
      if (known !== undefined) return known;
      const isFull =
        underWay.size >= limits.maxUnderWay || (ofPods.get(podUID) ?? 0) >= limits.maxUnderWayOfPod;
      return isFull ? TOO_MANY : begin(token, hash, podUID);
    },
  };
}

const TOO_MANY = Object.freeze({ unreviewed: 'too many tokens are being reviewed at once' });

/** Keeps at most so many verdicts until their times are over. */
function createMemory(max: number, now: () => number) {
  const verdicts = new Map<string, { readonly verdict: ReviewedToken; readonly until: number }>();
  return {
    get: (hash: string): ReviewedToken | undefined => {
      const found = verdicts.get(hash);
      if (found === undefined || found.until > now()) return found?.verdict;
      verdicts.delete(hash);
      return undefined;
    },
    put: (hash: string, verdict: ReviewedToken, until: number): void => {
      verdicts.delete(hash);
      const [oldest] = verdicts.keys();
      if (verdicts.size >= max && oldest !== undefined) verdicts.delete(oldest);
      verdicts.set(hash, { verdict, until });
    },
  };
}
