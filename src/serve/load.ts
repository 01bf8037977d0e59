import type { WebhookLimits } from './limits.ts';

/** What is under way, so that a burst is refused in time instead of filling the memory. */
export interface ReviewLoad {
  /** Begins one review; false when there are as many as may be. */
  enter(): boolean;
  /** Takes room for so many bytes of a body; false when there is none. */
  reserve(bytes: number): boolean;
  /** Ends one review and gives back its bytes. */
  leave(bytes: number): void;
  readonly inFlight: () => number;
}

export function createReviewLoad(
  limits: Pick<WebhookLimits, 'reviewsInFlight' | 'bufferedBytes'>,
): ReviewLoad {
  let reviews = 0;
  let buffered = 0;
  return {
    enter() {
      if (reviews >= limits.reviewsInFlight) return false;
      reviews += 1;
      return true;
    },
    reserve(bytes) {
      if (buffered + bytes > limits.bufferedBytes) return false;
      buffered += bytes;
      return true;
    },
    leave(bytes) {
      reviews -= 1;
      buffered -= bytes;
    },
    inFlight: () => reviews,
  };
}
