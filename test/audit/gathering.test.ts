import { expect, test } from 'vitest';
import { createGathering } from '../../src/audit/gathering.ts';

interface Case {
  /** The write before: how many intents it had, and how long it took. */
  readonly before: { readonly intents: number; readonly milliseconds: number };
  /** How long ago that ended. */
  readonly pause: number;
  readonly waiting: number;
}

const BUSY: Case = { before: { intents: 20, milliseconds: 5 }, pause: 0, waiting: 4 };

/** How long the intents wait for more; null where they do not. */
async function waitOf({ before, pause, waiting }: Case): Promise<number | null> {
  let time = 1_000;
  let waited: number | null = null;
  const gathering = createGathering({
    now: () => time,
    wait: async (milliseconds) => {
      waited = milliseconds;
    },
  });
  await gathering.time(before.intents, async () => {
    time += before.milliseconds;
  });
  time += pause;
  await gathering.gather(waiting);
  return waited;
}

test.for([
  ['several intents wait as long as the last write took', BUSY, 5],
  ['the first after a write of several waits', { ...BUSY, waiting: 1 }, 5],
  ['no intent waits for longer than 10 ms', { ...BUSY, before: { intents: 20, milliseconds: 400 } }, 10],
  [
    'one after another, by one caller, never wait',
    { ...BUSY, before: { intents: 1, milliseconds: 5 }, waiting: 1 },
    null,
  ],
  ['one that comes long after a write of several does not wait', { ...BUSY, pause: 11, waiting: 1 }, null],
  ['several that come long after do', { ...BUSY, pause: 11, waiting: 2 }, 5],
  ['no intent waits on a fast disk', { ...BUSY, before: { intents: 20, milliseconds: 1 } }, null],
  ['records that nobody waits for do not wait', { ...BUSY, waiting: 0 }, null],
  ['a clock that was set back is no wait', { ...BUSY, before: { intents: 20, milliseconds: -400 } }, null],
] as const)('%s', async ([, given, expected]) => {
  expect(await waitOf(given)).toBe(expected);
});

test('a write that fails is timed too, and fails', async () => {
  let time = 0;
  const waits: number[] = [];
  const gathering = createGathering({
    now: () => time,
    wait: async (milliseconds) => waits.push(milliseconds),
  });
  const write = async (): Promise<never> => {
    time += 6;
    throw new Error('no space');
  };
  await expect(gathering.time(3, write)).rejects.toThrow('no space');
  await gathering.gather(1);
  expect(waits).toEqual([6]);
});
