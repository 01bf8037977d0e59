/** One deadline, to be removed by whoever added it. */
export interface Deadline {
  readonly due: number;
  readonly expire: () => void;
  /** Where it stands among those that are pending. */
  place: number;
}

/** Deadlines that are all as long, of any number of things. */
export interface Deadlines {
  /** Calls `expire` once its time has passed, unless it is removed before: at most a quarter of a second later. */
  add(expire: () => void): Deadline;
  /** Does nothing for one that has expired or was removed. */
  remove(deadline: Deadline): void;
}

/** The webhook's deadline is a second below the API server's, so that the answer is still ours. */
const LONGEST_DELAY_MILLISECONDS = 250;
/** Of a short deadline the delay is a small part as well. */
const LOOKS_IN_ONE_LENGTH = 16;

/**
 * One timer for all of them: one for each body, made and cleared before it was of any use, stood out in what a review
 * costs. They are kept in a list and not in a Map: V8 grows and shrinks a Map by making a new table, to which the old one
 * points. Once one table is in the old generation, dead or not, it keeps alive every table made after it, with the reviews
 * in them, until the next full collection. `monotonicNow` counts milliseconds on a clock that never goes back.
 */
export function createDeadlines(milliseconds: number, monotonicNow: () => number): Deadlines {
  const pending: Deadline[] = [];
  const delay = Math.min(Math.ceil(milliseconds / LOOKS_IN_ONE_LENGTH), LONGEST_DELAY_MILLISECONDS);
  let timer: NodeJS.Timeout | undefined;
  const lookAgain = (): void => {
    timer ??= setTimeout(look, delay).unref();
  };
  const look = (): void => {
    timer = undefined;
    const now = monotonicNow();
    for (const deadline of pending.filter(({ due }) => due <= now)) {
      if (remove(pending, deadline)) deadline.expire();
    }
    if (pending.length > 0) lookAgain();
  };
  return {
    add(expire) {
      const deadline = { due: monotonicNow() + milliseconds, expire, place: pending.length };
      pending.push(deadline);
      lookAgain();
      return deadline;
    },
    remove: (deadline) => void remove(pending, deadline),
  };
}

/** Removes one by putting the last in its place; false where it was not pending. */
function remove(pending: Deadline[], deadline: Deadline): boolean {
  const { place } = deadline;
  if (pending[place] !== deadline) return false;
  const last = pending.pop()!;
  if (last !== deadline) {
    pending[place] = last;
    last.place = place;
  }
  return true;
}
