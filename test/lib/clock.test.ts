import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { followTime, systemClock } from '../../src/lib/clock.ts';

test.for([2 ** 31, 5_182_798_827, Number.POSITIVE_INFINITY])(
  'a sleep of %d ms, longer than a timer can be, does not end at once',
  async (milliseconds) => {
    const waking = new AbortController();
    const outcome = systemClock.sleep(milliseconds, waking.signal).then(
      () => 'slept',
      (error: unknown) => error,
    );
    expect(await Promise.race([outcome, delay(50, 'asleep')])).toBe('asleep');
    waking.abort('woken');
    expect(await outcome).toBe('woken');
  },
);

test('a short sleep ends', async () => {
  await systemClock.sleep(1);
});

/** A clock, and the two that it is made from. */
function machine() {
  const at = { wall: 1_000_000, steady: 0 };
  const now = followTime({ wall: () => at.wall, steady: () => at.steady });
  const pass = (milliseconds: number): number => {
    at.wall += milliseconds;
    at.steady += milliseconds;
    return now();
  };
  return { at, now, pass };
}

test('a clock counts what passes, also between whole milliseconds', () => {
  const { at, now, pass } = machine();
  expect(pass(500)).toBe(1_000_500);
  at.steady += 0.5;
  expect(now()).toBe(1_000_500.5);
});

test.for<readonly [string, number, number]>([
  ['the clock of the machine is set forward', 3_600_000, 0],
  ['the machine has slept', 3_600_000, 5],
])('a clock follows at once when %s', ([, wall, steady]) => {
  const { at, now, pass } = machine();
  at.wall += wall;
  at.steady += steady;
  expect(now()).toBe(4_600_000);
  expect(pass(100)).toBe(4_600_100);
});

test('a clock never goes back when that of the machine does, and is right again after a while', () => {
  const { at, pass } = machine();
  at.wall -= 1_000;
  expect([pass(1_000), pass(500), pass(500), pass(500)]).toEqual([
    1_000_500, 1_000_750, 1_001_000, 1_001_500,
  ]);
  expect(at.wall).toBe(1_001_500);
});
