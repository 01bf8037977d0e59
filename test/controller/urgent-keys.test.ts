import { describe, expect, test } from 'vitest';
import { createKeyedQueue, type Work } from '../../src/controller/keyed-queue.ts';
import { createManualClock } from '../build/manual-clock.ts';

const SECOND = 1_000;

/** A queue whose work is recorded as it begins, and lasts for as many milliseconds as `lasting` says. */
function start(workers = 2, lasting = 0) {
  const clock = createManualClock(0);
  const begun: string[] = [];
  const urgent = new Set<string>();
  const state: { work: Work; underway: number; most: number } = {
    work: () => Promise.resolve({}),
    underway: 0,
    most: 0,
  };
  const queue = createKeyedQueue({
    work: async (key, signal) => {
      begun.push(`${key}@${clock.now()}`);
      state.most = Math.max(state.most, ++state.underway);
      try {
        if (lasting > 0) await clock.sleep(lasting, signal);
        return await state.work(key, signal);
      } finally {
        state.underway -= 1;
      }
    },
    onError: () => {},
    isUrgent: (key) => urgent.has(key),
    clock,
    random: () => 0,
    workers,
    backoff: { minMilliseconds: 500, maxMilliseconds: 8_000 },
  });
  queue.start();
  return { queue, clock, begun, state, urgent };
}

describe('a key that is urgent', () => {
  test('is worked on before all that are not, and after those that were urgent earlier', async () => {
    const { queue, clock, begun, urgent } = start(1, SECOND);
    for (const key of ['c', 'd']) urgent.add(key);
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    await clock.advance(5 * SECOND);
    expect(begun).toEqual(['a@0', 'c@1000', 'd@2000', 'b@3000']);
  });

  test('goes ahead where it has become urgent since it was added', async () => {
    const { queue, clock, begun, urgent } = start(1, SECOND);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    urgent.add('c');
    queue.add('c');
    expect(queue.depth()).toBe(2);
    await clock.advance(5 * SECOND);
    expect(begun).toEqual(['a@0', 'c@1000', 'b@2000']);
  });

  test('does not wait for the end of the pause where it has become urgent since its error', async () => {
    const { queue, clock, begun, state, urgent } = start();
    state.work = () => Promise.reject(new Error('broken'));
    queue.add('key');
    await clock.advance(100);
    urgent.add('key');
    queue.add('key');
    queue.add('key');
    await clock.advance(100);
    expect(begun).toEqual(['key@0', 'key@100']);
    queue.add('key');
    await clock.advance(899);
    expect(begun).toHaveLength(2);
    await clock.advance(2 * SECOND);
    expect(begun[2]).toBe('key@1100');
  });
});

test('a queue says how many keys wait for a worker', async () => {
  const { queue, clock, urgent } = start(1, SECOND);
  urgent.add('b');
  for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
  expect(queue.depth()).toBe(3);
  await clock.advance(2 * SECOND);
  expect(queue.depth()).toBe(1);
  await clock.advance(2 * SECOND);
  expect(queue.depth()).toBe(0);
});
