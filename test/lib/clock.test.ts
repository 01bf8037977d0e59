import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';

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
