/** Bounds of the wait between attempts, in milliseconds. */
export interface BackoffBounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** The waits of a watch that lost its connection. */
export const WATCH_BACKOFF: BackoffBounds = { minimum: 800, maximum: 30_000 };

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
  const ceiling = Math.min(bounds.maximum, bounds.minimum * 2 ** Math.min(failures + 1, 30));
  const floor = Math.max(Math.min(bounds.minimum, bounds.maximum), ceiling / 2);
  return floor + (ceiling - floor) * random;
}
