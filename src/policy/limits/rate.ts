/** How often something may be done, as the generic cell rate algorithm counts it (ITU-T I.371). Times are whole microseconds. */
export interface Rate {
  /** Calls in each minute, evenly spaced. */
  readonly perMinute: number;
  readonly intervalMicroseconds: number;
  /** Calls at once after a pause: what ten seconds give, at least one. */
  readonly maxBurst: number;
}

/**
 * When a caller has its whole burst again: the theoretical arrival time. Undefined for a caller that has not called before.
 * Nothing else is kept, whatever the rate.
 */
export type RateState = number | undefined;

/** What one attempt took. */
export interface RateTaken {
  readonly isAllowed: boolean;
  readonly state: number;
  /** Calls that would be allowed at once, after this one. */
  readonly remaining: number;
  /** How long until the next call is allowed; 0 where one is. */
  readonly retryMicroseconds: number;
}

const MINUTE_MICROSECONDS = 60_000_000;
const BURSTS_PER_MINUTE = 6;

/**
 * Returns the rate of so many calls a minute. In no 60 seconds are more than `perMinute + maxBurst` calls allowed, and who
 * spaces them evenly always has `perMinute`. A rate of 0 allows none.
 */
export function ratePerMinute(perMinute: number): Rate {
  const calls = Math.max(0, Math.floor(perMinute));
  return {
    perMinute: calls,
    // Rounded up, so that rounding never adds a call.
    intervalMicroseconds: calls === 0 ? Infinity : Math.ceil(MINUTE_MICROSECONDS / calls),
    maxBurst: calls === 0 ? 0 : Math.ceil(calls / BURSTS_PER_MINUTE),
  };
}

/** Takes one call. An attempt that is not allowed takes nothing, so that who tries again too early does not wait longer for it. */
export function takeRate(rate: Rate, state: RateState, nowMicroseconds: number): RateTaken {
  const restored = Math.max(state ?? 0, nowMicroseconds);
  const { intervalMicroseconds: interval, maxBurst } = rate;
  if (maxBurst === 0) {
    return { isAllowed: false, state: restored, remaining: 0, retryMicroseconds: MINUTE_MICROSECONDS };
  }
  const early = restored + interval - nowMicroseconds - maxBurst * interval;
  if (early > 0) return { isAllowed: false, state: restored, remaining: 0, retryMicroseconds: early };
  const next = restored + interval;
  const remaining = remainingCalls(rate, next, nowMicroseconds);
  const retryMicroseconds = Math.max(0, next + interval - nowMicroseconds - maxBurst * interval);
  return { isAllowed: true, state: next, remaining, retryMicroseconds };
}

/** Calls that would be allowed at once. */
export function remainingCalls(rate: Rate, state: RateState, nowMicroseconds: number): number {
  if (rate.maxBurst === 0) return 0;
  const used = Math.max(0, (state ?? 0) - nowMicroseconds);
  return Math.floor(rate.maxBurst - used / rate.intervalMicroseconds);
}
