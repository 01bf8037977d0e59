import { expect, test, vi } from 'vitest';
import { createControllerSlot } from '../../src/controller/controller-slot.ts';
import { startController } from '../../src/controller/controller.ts';
import { TerminalError } from '../../src/controller/keyed-queue.ts';
import { createManualClock } from '../build/manual-clock.ts';

const SECOND = 1_000;

function start(random = 0) {
  const clock = createManualClock(0);
  const synced = Promise.withResolvers<void>();
  const reconciled: string[] = [];
  const error = vi.fn<(fields: object, message: string) => void>();
  const state = { fails: false, cannotList: false };
  const controller = startController({
    name: 'Example',
    reconcile: (key) => {
      reconciled.push(`${key}@${clock.now() / SECOND}`);
      return state.fails ? Promise.reject(new Error('broken')) : Promise.resolve({});
    },
    knownKeys: () => {
      if (state.cannotList) throw new TypeError('an object cannot be read');
      return ['a', 'b'];
    },
    whenSynced: (signal) => {
      signal.addEventListener('abort', () => synced.reject(signal.reason));
      return synced.promise;
    },
    clock,
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error },
    random: () => random,
    workers: 1,
  });
  return { controller, clock, synced, reconciled, error, state };
}

test('nothing is reconciled before the caches are filled, and then every known key', async () => {
  const { controller, clock, synced, reconciled } = start();
  controller.add('added');
  await clock.advance(SECOND);
  expect(reconciled).toEqual([]);
  synced.resolve();
  await clock.advance(0);
  expect(reconciled).toEqual(['added@1', 'a@1', 'b@1']);
  await controller.stop();
});

test.for([
  [0, 600],
  [0.5, 570],
] as const)(
  'every known key is reconciled again, at random %d after %d seconds',
  async ([random, seconds]) => {
    const { controller, clock, synced, reconciled } = start(random);
    synced.resolve();
    await clock.advance((seconds + 1) * SECOND);
    expect(reconciled).toEqual(['a@0', 'b@0', `a@${seconds}`, `b@${seconds}`]);
    await controller.stop();
  },
);

test('keys that cannot be listed are logged, and what is added is reconciled all the same', async () => {
  const { controller, clock, synced, reconciled, error, state } = start();
  state.cannotList = true;
  synced.resolve();
  await clock.advance(0);
  controller.addAll();
  controller.add('added');
  await clock.advance(0);
  expect(reconciled).toEqual(['added@0']);
  expect(error).toHaveBeenCalledTimes(2);
  state.cannotList = false;
  await clock.advance(600 * SECOND);
  expect(reconciled).toEqual(['added@0', 'a@600', 'b@600']);
  await controller.stop();
});

test('an error is logged with the key, and tried again', async () => {
  const { controller, clock, synced, error, reconciled, state } = start();
  state.fails = true;
  synced.resolve();
  await clock.advance(500);
  expect(reconciled).toEqual(['a@0', 'b@0', 'a@0.5', 'b@0.5']);
  expect(error.mock.calls[0]).toMatchObject([
    { controller: 'Example', key: 'a', delayMilliseconds: 500 },
    'reconciliation failed; trying again',
  ]);
  await controller.stop();
});

test('a controller that is stopped reconciles nothing more, and logs no error', async () => {
  const { controller, clock, reconciled, error } = start();
  await controller.stop();
  controller.add('late');
  await clock.advance(1_200 * SECOND);
  expect(reconciled).toEqual([]);
  expect(error).not.toHaveBeenCalled();
});

test('its queue, its times and its errors are counted until it is stopped', async () => {
  const counted: string[] = [];
  const clock = createManualClock(0);
  let depth = (): number => -1;
  const controller = startController({
    name: 'Example',
    reconcile: async (key, signal) => {
      await clock.sleep(2 * SECOND, signal);
      if (key === 'bad') throw new TerminalError('no');
      return {};
    },
    knownKeys: () => ['good', 'bad'],
    whenSynced: () => Promise.resolve(),
    metrics: {
      watchQueue: (name, read) => {
        depth = read;
        return () => counted.push(`forget ${name}`);
      },
      reconciled: (name, seconds) => counted.push(`${name} ${seconds}`),
      failed: (name, error) => counted.push(`${name} ${String(error)}`),
    },
    clock,
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    random: () => 0,
    workers: 1,
  });
  await clock.advance(SECOND);
  expect(depth()).toBe(1);
  await clock.advance(5 * SECOND);
  await controller.stop();
  expect(counted).toEqual(['Example 2', 'Example 2', 'Example TerminalError: no', 'forget Example']);
});

test('what a slot is given without a controller is dropped, and a controller that is taken out hears nothing more', () => {
  const slot = createControllerSlot();
  const heard: string[] = [];
  slot.add('early');
  slot.hold({ add: (key) => heard.push(key), addAll: () => heard.push('*'), stop: () => Promise.resolve() });
  slot.add('a');
  slot.addAll();
  slot.hold(null);
  slot.add('late');
  slot.addAll();
  expect(heard).toEqual(['a', '*']);
});
