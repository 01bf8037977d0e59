import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffDelay, WATCH_BACKOFF } from '../../src/lib/backoff.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('the wait is always between 0.8 s and 30 s', () => {
  fc.assert(
    fc.property(fc.nat(), random, (failures, chance) => {
      const delay = backoffDelay(failures, chance);
      expect(delay).toBeGreaterThanOrEqual(WATCH_BACKOFF.minMilliseconds);
      expect(delay).toBeLessThanOrEqual(WATCH_BACKOFF.maxMilliseconds);
    }),
  );
});

test('with the same chance the wait never shrinks from one failure to the next', () => {
  fc.assert(
    fc.property(fc.nat(40), random, (failures, chance) => {
      expect(backoffDelay(failures + 1, chance)).toBeGreaterThanOrEqual(backoffDelay(failures, chance));
    }),
  );
});

test.for([
  { failures: 0, least: 800, most: 1_600 },
  { failures: 1, least: 1_600, most: 3_200 },
  { failures: 5, least: 15_000, most: 30_000 },
  { failures: 500, least: 15_000, most: 30_000 },
])('after $failures failures the wait is spread over $least to $most ms', ({ failures, least, most }) => {
  expect(backoffDelay(failures, 0)).toBe(least);
  expect(backoffDelay(failures, 0.999_999)).toBeCloseTo(most, -1);
});
