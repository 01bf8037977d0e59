import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DayUse,
  reserveUse,
  secondsToNextDay,
  settleUse,
} from '../../../src/policy/limits/day-budget.ts';
import { shareOf } from '../../../src/policy/limits/share.ts';

const DAY = 86_400_000;
const NOON = 20_000 * DAY + DAY / 2;

test('what is reserved and used never passes the limit on any day', () => {
  const step = fc.record({
    amount: fc.integer({ min: 0, max: 60 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    wait: fc.integer({ min: 0, max: DAY }),
    ends: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
      let use: DayUse | undefined;
      let now = NOON;
      const open: { granted: number; used: number }[] = [];
      const usedByDay = new Map<number, number>();
      for (const { amount, share, wait, ends } of steps) {
        now += wait;
        const reserved = reserveUse(use, limit, amount, now);
        use = reserved.use;
        open.push({ granted: reserved.granted, used: Math.floor(reserved.granted * share) });
        const last = ends ? open.shift() : undefined;
        if (last !== undefined) {
          use = settleUse(use, last.granted, last.used, now);
          const day = Math.floor(now / DAY);
          usedByDay.set(day, (usedByDay.get(day) ?? 0) + last.used);
        }
        expect(use.used + use.reserved).toBeLessThanOrEqual(limit);
      }
      for (const used of usedByDay.values()) expect(used).toBeLessThanOrEqual(limit);
    }),
  );
});

test('a budget is given anew each day, but for what has not ended', () => {
  const { use, granted } = reserveUse(undefined, 10, 8, NOON);
  expect(granted).toBe(8);
  expect(reserveUse(use, 10, 8, NOON).granted).toBe(2);
  expect(reserveUse(use, 10, 8, NOON + DAY).granted).toBe(2);
  expect(reserveUse(settleUse(use, 8, 3, NOON), 10, 8, NOON + DAY).granted).toBe(8);
});

test('a clock that is set back gives nothing twice', () => {
  const used = settleUse(undefined, 0, 10, NOON);
  expect(reserveUse(used, 10, 1, NOON - DAY).granted).toBe(0);
});

test('the day ends at midnight of UTC', () => {
  expect(secondsToNextDay(NOON)).toBe(43_200);
  expect(secondsToNextDay(NOON + 1)).toBe(43_200);
});

test('the shares of all replicas together never pass the limit', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 50 }), (limit, replicas) => {
      expect(shareOf(limit, replicas) * replicas).toBeLessThanOrEqual(limit);
    }),
  );
  expect([shareOf(60, 2), shareOf(61, 2), shareOf(1, 2)]).toEqual([30, 30, 0]);
});
