import { describe, expect, test } from 'vitest';
import { createKeyedQueue, TerminalError, type Work } from '../../src/controller/keyed-queue.ts';
import { createManualClock } from '../build/manual-clock.ts';

const SECOND = 1_000;

/** A queue whose work is recorded as it begins, and lasts for as many milliseconds as `lasting` says. */
function start(workers = 2, lasting = 0, maxMilliseconds = 8_000) {
  const clock = createManualClock(0);
  const begun: string[] = [];
  const errors: [string, unknown, number | null][] = [];
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
    onError: (...error) => errors.push(error),
    clock,
    random: () => 0,
    workers,
    backoff: { minMilliseconds: 500, maxMilliseconds },
  });
  queue.start();
  return { queue, clock, begun, errors, state };
}

describe('a key', () => {
  test('is worked on once, however often it was added before', async () => {
    const { queue, clock, begun } = start(1, SECOND);
    for (const key of ['first', 'second', 'second', 'second']) queue.add(key);
    await clock.advance(5 * SECOND);
    expect(begun).toEqual(['first@0', 'second@1000']);
  });

  test('that is added during its work is worked on once more, and never twice at the same time', async () => {
    const { queue, clock, begun, state } = start(4, SECOND);
    queue.add('key');
    await clock.advance(500);
    queue.add('key');
    queue.add('key');
    await clock.advance(5 * SECOND);
    expect(begun).toEqual(['key@0', 'key@1000']);
    expect(state.most).toBe(1);
  });

  test('waits while all workers are busy', async () => {
    const { queue, clock, begun, state } = start(2, SECOND);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await clock.advance(5 * SECOND);
    expect(begun).toEqual(['a@0', 'b@0', 'c@1000']);
    expect(state.most).toBe(2);
  });

  test('is worked on again after the time that its work asked for', async () => {
    const { queue, clock, begun, state } = start();
    state.work = () => Promise.resolve(clock.now() === 0 ? { requeueAfterMilliseconds: 3_000 } : {});
    queue.add('key');
    await clock.advance(60 * SECOND);
    expect(begun).toEqual(['key@0', 'key@3000']);
  });

  test('is worked on after a day at the latest, since no timer is longer than some weeks', async () => {
    const { queue, clock, begun, state } = start();
    state.work = () =>
      Promise.resolve(clock.now() === 0 ? { requeueAfterMilliseconds: 90 * 86_400_000 } : {});
    queue.add('key');
    await clock.advance(86_400_000);
    expect(begun).toEqual(['key@0', 'key@86400000']);
  });

  test('that is added during that time is worked on at once, and not again at its end', async () => {
    const { queue, clock, begun, state } = start();
    state.work = () => Promise.resolve(clock.now() === 0 ? { requeueAfterMilliseconds: 3_000 } : {});
    queue.add('key');
    await clock.advance(SECOND);
    queue.add('key');
    await clock.advance(60 * SECOND);
    expect(begun).toEqual(['key@0', 'key@1000']);
  });
});

describe('an error', () => {
  test('has its key tried again with a growing pause up to the longest, and no other key', async () => {
    const { queue, clock, begun, errors, state } = start();
    const broken = new Error('broken');
    state.work = (key) => (key === 'bad' ? Promise.reject(broken) : Promise.resolve({}));
    queue.add('bad');
    queue.add('good');
    await clock.advance(15 * SECOND);
    expect(begun).toEqual(['bad@0', 'good@0', 'bad@500', 'bad@1500', 'bad@3500', 'bad@7500', 'bad@11500']);
    expect(errors[0]).toEqual(['bad', broken, 500]);
  });

  test('is not tried again earlier when its key is added: the event may come from what failed', async () => {
    const { queue, clock, begun, state } = start();
    state.work = () => {
      queue.add('bad');
      return Promise.reject(new Error('broken'));
    };
    queue.add('bad');
    await clock.advance(100);
    queue.add('bad');
    await clock.advance(1_000);
    expect(begun).toEqual(['bad@0', 'bad@500']);
  });

  test('waits five seconds at most where its key is added: what was wrong may be mended', async () => {
    const { queue, clock, begun, state } = start(1, 0, 64 * SECOND);
    state.work = () => Promise.reject(new Error('broken'));
    queue.add('bad');
    await clock.advance(8 * SECOND);
    queue.add('bad');
    await clock.advance(10 * SECOND);
    expect(begun.slice(-2)).toEqual(['bad@7500', 'bad@12500']);
    await clock.advance(2 * SECOND);
    queue.add('bad');
    await clock.advance(0);
    expect(begun.at(-1)).toBe('bad@20000');
  });

  test('waits five seconds at most where its key was added while it failed', async () => {
    const { queue, clock, begun, state } = start(1, 0, 64 * SECOND);
    state.work = () => {
      if (begun.length === 6) queue.add('bad');
      return Promise.reject(new Error('broken'));
    };
    queue.add('bad');
    await clock.advance(120 * SECOND);
    const times = begun.map((entry) => Number(entry.split('@')[1]));
    expect(times[5]! - times[4]!).toBeGreaterThan(5 * SECOND);
    expect(times[6]! - times[5]!).toBe(5 * SECOND);
  });

  test('begins with the shortest pause again after work that went well', async () => {
    const { queue, clock, begun, state } = start();
    state.work = () => (clock.now() === 1_500 ? Promise.resolve({}) : Promise.reject(new Error('broken')));
    queue.add('key');
    await clock.advance(2 * SECOND);
    queue.add('key');
    await clock.advance(600);
    expect(begun).toEqual(['key@0', 'key@500', 'key@1500', 'key@2000', 'key@2500']);
  });
});

describe('a key whose work throws a TerminalError', () => {
  test('rests until it is added', async () => {
    const { queue, clock, begun, errors, state } = start();
    const broken = new TerminalError('the object cannot be worked on');
    state.work = () => Promise.reject(broken);
    queue.add('bad');
    await clock.advance(3_600 * SECOND);
    expect(begun).toEqual(['bad@0']);
    expect(errors).toEqual([['bad', broken, null]]);
    queue.add('bad');
    await clock.advance(0);
    expect(begun).toEqual(['bad@0', 'bad@3600000']);
  });

  test('is worked on once more where it was added during the work', async () => {
    const { queue, clock, begun, state } = start(1, SECOND);
    state.work = () => Promise.reject(new TerminalError('no'));
    queue.add('bad');
    await clock.advance(500);
    queue.add('bad');
    await clock.advance(60 * SECOND);
    expect(begun).toEqual(['bad@0', 'bad@1000']);
  });
});

describe('a queue', () => {
  test('that is stopped aborts the work under way, waits for its end, and begins nothing', async () => {
    const { queue, clock, begun, errors, state } = start(1, SECOND);
    queue.add('first');
    queue.add('second');
    await clock.advance(100);
    await queue.stop();
    expect(state.underway).toBe(0);
    queue.add('third');
    await clock.advance(60 * SECOND);
    expect(begun).toEqual(['first@0']);
    expect(errors).toEqual([]);
  });

  test('that is not started yet keeps what is added', async () => {
    const clock = createManualClock(0);
    const begun: string[] = [];
    const queue = createKeyedQueue({
      work: (key) => Promise.resolve(void begun.push(key)).then(() => ({})),
      onError: () => {},
      clock,
      random: () => 0,
      workers: 1,
      backoff: { minMilliseconds: 500, maxMilliseconds: 8_000 },
    });
    queue.add('key');
    await clock.advance(SECOND);
    expect(begun).toEqual([]);
    queue.start();
    await clock.advance(0);
    expect(begun).toEqual(['key']);
  });
});
