import { describe, expect, type RunnerTestCase, test, vi } from 'vitest';
import { RUNNING } from '../e2e/use-sandboxes.ts';
import { casesOfRun } from '../faults/sample-of.ts';
import { freeLease } from './free-lease.ts';
import { nameOf, useIdentities } from './use-identities.ts';
import { WAIT } from './use-tenant-cluster.ts';

const cluster = useIdentities();
const { accountUID, begin, calls, isAway, isGone, isReady, make, nextPod, play, remove, stop, vault } =
  cluster;

/** Runs an operator that is killed after so many writes and calls of Vault, or has no more to make; and then one that is not. */
async function cutAfter(
  maxWrites: number,
  change: (isCut: () => boolean) => Promise<unknown>,
): Promise<void> {
  const cut = await begin({ maxWrites });
  await change(cut.isCut);
  let before = -1;
  const isOver = (): void => {
    const { length } = cut.writes;
    const isQuiet = length === before;
    before = length;
    expect(cut.isCut() || isQuiet).toBe(true);
  };
  await vi.waitFor(isOver, { timeout: 30_000, interval: 1_500 });
  await stop();
  await freeLease(calls());
  await begin();
}

/** Waits until the operator has nothing to write. */
async function settles(): Promise<void> {
  const { writes } = await begin();
  let before = -1;
  const isQuiet = (): void => {
    const { length } = writes;
    const was = before;
    before = length;
    expect(length).toBe(was);
  };
  await vi.waitFor(isQuiet, { timeout: 30_000, interval: 1_000 });
  await stop();
  await freeLease(calls());
}

/** A second try does not find what the first has left. */
const nameOfTry = (name: string, { result }: RunnerTestCase): string =>
  [name, result?.retryCount ?? 0].join('-');

const WRITES = Array.from({ length: 14 }, (_, index) => [index] as const);
const CUTS = casesOfRun(WRITES, 5);

describe('an operator that is killed between two steps', () => {
  test.for(CUTS)('after %d of a new sandbox, gives it one identity', async ([most], { task }) => {
    const name = nameOfTry(`cut-${most}`, task);
    await settles();
    await cutAfter(most, async (isCut) => {
      await make(name);
      const canRun = async (): Promise<void> => expect(isCut() || (await cluster.pod(name))).toBeTruthy();
      await vi.waitFor(canRun, WAIT);
      if (!isCut()) await play(name, RUNNING);
    });
    await nextPod(name);
    await play(name, RUNNING);
    await isReady(name);
    await accountUID(name);
    await remove(name);
    await isGone(name);
    await isAway(name);
  });

  test.for(CUTS)('after %d of a deletion, leaves nothing behind', async ([most], { task }) => {
    const name = nameOfTry(`kill-${most}`, task);
    await begin();
    await make(name);
    await nextPod(name);
    await play(name, RUNNING);
    await isReady(name);
    const token = vault().logIn(nameOf(name), await accountUID(name));
    await stop();
    await freeLease(calls());
    await settles();
    await cutAfter(most, () => remove(name));
    await isGone(name);
    await isAway(name);
    expect(vault().accepts(token)).toBe(false);
  });
});
