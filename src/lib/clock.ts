import { setTimeout as delay } from 'node:timers/promises';

/** Time as an argument, so that tests can shorten it. */
export interface Clock {
  /** Milliseconds since the epoch at start, then counted monotonically: never goes back when the wall clock does. */
  readonly now: () => number;
  /** Resolves after so many milliseconds; rejects with the signal's reason as soon as it is aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

// Asked for with every review; the origin is a getter of the runtime's, which reads it anew each time.
const ORIGIN = performance.timeOrigin;

/** Milliseconds. A timer of Node's that is longer ends after 1 ms (the documentation of `setTimeout`). */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The real clock. */
export const systemClock: Clock = {
  now: () => ORIGIN + performance.now(),
  sleep: async (milliseconds, signal) => {
    try {
      let left = milliseconds;
      for (; left > LONGEST_TIMER; left -= LONGEST_TIMER) await delay(LONGEST_TIMER, undefined, { signal });
      await delay(left, undefined, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
