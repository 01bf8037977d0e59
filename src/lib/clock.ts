import { setTimeout as delay } from 'node:timers/promises';

/** Time as an argument, so that tests can shorten it. */
export interface Clock {
  /**
   * Milliseconds since 1970. It never goes back.
   */
  readonly now: () => number;
  /** Resolves after so many milliseconds; rejects with the signal's reason as soon as it is aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** What a clock is made from, each in milliseconds. */
export interface TimeSources {
  /** Since 1970, as the machine believes; it may be set at any time. */
  readonly wall: () => number;
  /** Since any moment; it cannot be set, and may stand still while the machine sleeps. */
  readonly steady: () => number;
}

/** How fast a clock goes that is ahead. */
const RATE_WHILE_AHEAD = 0.5;

/** The wall clock has whole milliseconds; so much is no difference. */
const TOLERANCE_MILLISECONDS = 2;

/**
 * Returns `now` of a {@link Clock}: where the wall clock is set forward it follows at once, and where that is set back it goes on more
 * slowly until it is right again.
 */
export function followTime({ wall, steady }: TimeSources): Clock['now'] {
  let time = wall();
  let last = steady();
  return () => {
    const elapsed = steady() - last;
    last += elapsed;
    const right = wall();
    const counted = time + elapsed;
    const isAhead = counted - right > TOLERANCE_MILLISECONDS;
    time = Math.max(right, isAhead ? time + elapsed * RATE_WHILE_AHEAD : counted);
    return time;
  };
}

/** Milliseconds. A timer of Node's that is longer ends after 1 ms (the documentation of `setTimeout`). */
const LONGEST_TIMER = 2 ** 31 - 1;

const steady = (): number => performance.now();

/** The real clock. What it measures is wrong by as much as the clock of the machine is corrected meanwhile. */
export const systemClock: Clock = { now: followTime({ wall: Date.now, steady }), sleep };

// The origin is a getter of the runtime's, which reads it anew each time.
const ORIGIN = performance.timeOrigin;

/** A clock by which to measure: it counts every second once, and what it says of the time is as wrong as it was at the start. */
export const steadyClock: Clock = { now: () => ORIGIN + steady(), sleep };

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    let left = milliseconds;
    for (; left > LONGEST_TIMER; left -= LONGEST_TIMER) await delay(LONGEST_TIMER, undefined, { signal });
    await delay(left, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
