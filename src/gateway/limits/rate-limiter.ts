import { type RateTaken, ratePerMinute, remainingCalls, takeRate } from '../../policy/limits/rate.ts';

/** Counts calls by key. */
export interface RateLimiter {
  readonly take: (key: string, perMinute: number) => RateTaken;
  /** Calls that would be allowed at once. */
  readonly remaining: (key: string, perMinute: number) => number;
  readonly size: () => number;
}

export interface RateLimiterOptions {
  /** How many keys are remembered. One more is refused, until one of them is at rest. */
  readonly maxKeys: number;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicNow: () => number;
}

/** So few keys are not worth a look. */
const MIN_SWEPT = 1_024;
const FULL_RETRY_MICROSECONDS = 1_000_000;

export function createRateLimiter({ maxKeys, monotonicNow }: RateLimiterOptions): RateLimiter {
  const states = new Map<string, number>();
  let sweepAt = MIN_SWEPT;
  const now = (): number => Math.floor(monotonicNow() * 1_000);
  /** A key that has its whole burst again is as good as one that never called. It costs each call a constant time. */
  const sweep = (time: number): void => {
    for (const [key, restored] of states) if (restored <= time) states.delete(key);
    sweepAt = Math.max(MIN_SWEPT, 2 * states.size);
  };
  return {
    take: (key, perMinute) => {
      const time = now();
      const state = states.get(key);
      if (state === undefined && states.size >= Math.min(sweepAt, maxKeys)) sweep(time);
      if (state === undefined && states.size >= maxKeys) {
        return { isAllowed: false, state: time, remaining: 0, retryMicroseconds: FULL_RETRY_MICROSECONDS };
      }
      const taken = takeRate(ratePerMinute(perMinute), state, time);
      states.set(key, taken.state);
      return taken;
    },
    remaining: (key, perMinute) => remainingCalls(ratePerMinute(perMinute), states.get(key), now()),
    size: () => states.size,
  };
}
