import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RateState, ratePerMinute, remainingCalls, takeRate } from '../../../src/policy/limits/rate.ts';

const MINUTE = 60_000_000;

/** Calls at these times; returns the times of those that were allowed. */
function callAt(perMinute: number, times: readonly number[]): number[] {
  const rate = ratePerMinute(perMinute);
  let state: RateState;
  return times.filter((time) => {
    const taken = takeRate(rate, state, time);
    state = taken.state;
    return taken.isAllowed;
  });
}

/** The most calls in any 60 seconds, by a log of all of them. */
function mostInAMinute(allowed: readonly number[]): number {
  return Math.max(
    0,
    ...allowed.map((start) => allowed.filter((time) => time >= start && time < start + MINUTE).length),
  );
}

const increasing = (maxStep: number) =>
  fc.array(fc.integer({ min: 0, max: maxStep }), { minLength: 1, maxLength: 400 }).map((steps) => {
    let time = 5_000_000_000;
    return steps.map((step) => (time += step));
  });

describe('a rate', () => {
  test('allows no more than its calls and its burst in any 60 seconds, by a log of all calls', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 0, max: 3_000_000 }).chain(increasing),
        (perMinute, times) => {
          const most = mostInAMinute(callAt(perMinute, times));
          expect(most).toBeLessThanOrEqual(perMinute + ratePerMinute(perMinute).maxBurst);
        },
      ),
    );
  });

  test('of any size gives a caller that spaces its calls evenly all of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (perMinute) => {
        const { intervalMicroseconds } = ratePerMinute(perMinute);
        const times = Array.from({ length: 50 }, (_, index) => 1_000 + index * intervalMicroseconds);
        expect(callAt(perMinute, times)).toEqual(times);
      }),
    );
  });

  test('lets a caller that waits as long as it is told call', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), increasing(100_000), (perMinute, times) => {
        const rate = ratePerMinute(perMinute);
        let state: RateState;
        for (const time of times) {
          const taken = takeRate(rate, state, time);
          state = taken.state;
          expect(takeRate(rate, state, time + taken.retryMicroseconds).isAllowed).toBe(true);
          if (taken.retryMicroseconds > 1)
            expect(takeRate(rate, state, time + taken.retryMicroseconds - 1).isAllowed).toBe(false);
        }
      }),
    );
  });

  test('says how many calls are left at once', () => {
    const rate = ratePerMinute(60);
    let state: RateState;
    const left = Array.from({ length: 12 }, () => {
      const taken = takeRate(rate, state, 1_000);
      state = taken.state;
      return taken.isAllowed ? taken.remaining : 'refused';
    });
    expect(left).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 'refused', 'refused']);
    expect(remainingCalls(rate, state, 2_001_000)).toBe(2);
    expect(remainingCalls(rate, undefined, 0)).toBe(10);
  });

  test('is not taken from by an attempt that is refused', () => {
    const times = [0, 1, 2, 3, 30_000_000, 60_000_000].map((time) => time + 1_000);
    expect(callAt(1, times)).toEqual([1_000, 60_001_000]);
  });

  test('of 0 allows nothing', () => {
    expect(callAt(0, [0, MINUTE, 100 * MINUTE])).toEqual([]);
    expect(remainingCalls(ratePerMinute(0), undefined, 0)).toBe(0);
  });
});
