import { expect, test } from 'vitest';
import { createAttempts } from '../../../src/operator/tenant-isolation/attempts.ts';
import { createQuotaRemake } from '../../../src/operator/tenant-isolation/remake-quota.ts';
import { SANDBOX_COUNT } from '../../../src/render/tenant/resource-quota.ts';
import { createManualClock } from '../../build/manual-clock.ts';

const START = Date.parse('2026-11-28T12:00:00Z');
const LOGGER = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A quota that was made at `creation` and says of sandboxes what `used` has. */
function remaking(creation: number, used: Readonly<Record<string, string>>) {
  const clock = createManualClock(START);
  const deleted: unknown[] = [];
  const quota = {
    metadata: { name: 'cloister-quota', uid: 'one', creationTimestamp: new Date(creation).toISOString() },
    status: { hard: { [SANDBOX_COUNT]: '5' }, used },
  };
  const context = {
    caches: { resourceQuotas: { get: () => quota } },
    client: { delete: (...parameters: unknown[]) => Promise.resolve(deleted.push(parameters)) },
    clock,
    logger: LOGGER,
  };
  const remake = createQuotaRemake(context as unknown as Parameters<typeof createQuotaRemake>[0]);
  const attempts = createAttempts(new AbortController().signal);
  return { clock, deleted, remake: () => remake('acme', attempts) };
}

test('a quota that counts sandboxes stays', async () => {
  const { remake, deleted } = remaking(START - 60_000, { [SANDBOX_COUNT]: '0' });
  expect(await remake()).toBe(Infinity);
  expect(deleted).toEqual([]);
});

test('one that does not is made again once the quota controller has learned of new kinds', async () => {
  const { remake, deleted, clock } = remaking(START, {});
  expect(await remake()).toBe(START + 35_000);
  expect(deleted).toEqual([]);
  await clock.advance(35_000);
  expect(await remake()).toBe(Infinity);
  expect(deleted).toHaveLength(1);
});

test('by a clock that is ahead of the API server it is made again every 35 seconds, and no faster', async () => {
  const { remake, deleted, clock } = remaking(START - 3_600_000, {});
  await remake();
  await remake();
  expect(deleted).toHaveLength(1);
  await clock.advance(35_000);
  await remake();
  expect(deleted).toHaveLength(2);
});
