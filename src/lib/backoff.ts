/** Bounds of the wait between attempts. */
export interface BackoffBounds {
  readonly minMilliseconds: number;
  readonly maxMilliseconds: number;
}

/** The waits of a watch that lost its connection. */
export const WATCH_BACKOFF: BackoffBounds = { minMilliseconds: 800, maxMilliseconds: 30_000 };

/**
 * How long to wait before the next attempt, in milliseconds: doubling with each failure, and spread over the upper
 * half so that replicas that lost the same API server do not return together.
 * `failures` counts the attempts that have failed in a row before this one, from 0; `random` is in [0, 1).
 */
export function backoffDelay(
  failures: number,
  random: number,
  bounds: BackoffBounds = WATCH_BACKOFF,
): number {
  const ceiling = Math.min(bounds.maxMilliseconds, bounds.minMilliseconds * 2 ** Math.min(failures + 1, 30));
  const floor = Math.max(Math.min(bounds.minMilliseconds, bounds.maxMilliseconds), ceiling / 2);
  return floor + (ceiling - floor) * random;
}
