/** Deadlines that are all as long, of any number of things. */
export interface Deadlines {
  /** Calls `expire` once its time has passed, unless it is removed before: at most a quarter of a second later. */
  add(expire: () => void): void;
  remove(expire: () => void): void;
}

/** The webhook's deadline is a second below the API server's, so that the answer is still ours. */
const LONGEST_DELAY_MILLISECONDS = 250;
/** Of a short deadline the delay is a small part as well. */
const LOOKS_IN_ONE_LENGTH = 16;

/**
 * One timer for all of them: one for each body, made and cleared before it was of any use, stood out in what a review
 * costs. `monotonicNow` counts milliseconds on a clock that never goes back.
 */
export function createDeadlines(milliseconds: number, monotonicNow: () => number): Deadlines {
  // In the order in which they were added, and so in which they are due.
  const pending = new Map<() => void, number>();
  const delay = Math.min(Math.ceil(milliseconds / LOOKS_IN_ONE_LENGTH), LONGEST_DELAY_MILLISECONDS);
  let timer: NodeJS.Timeout | undefined;
  const lookAgain = (): void => {
    timer ??= setTimeout(look, delay).unref();
  };
  const look = (): void => {
    timer = undefined;
    const now = monotonicNow();
    for (const [expire, due] of pending) {
      if (due > now) break;
      pending.delete(expire);
      expire();
    }
    if (pending.size > 0) lookAgain();
  };
  return {
    add(expire) {
      pending.set(expire, monotonicNow() + milliseconds);
      lookAgain();
    },
    remove: (expire) => void pending.delete(expire),
  };
}
