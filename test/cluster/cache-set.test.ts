import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import {
  type CachePart,
  createCacheCheck,
  createCacheSet,
  registerCacheMetrics,
  type WatchedCache,
} from '../../src/cluster/cache-set.ts';

const cache = (resource: string, isSynced: boolean): WatchedCache => ({
  resource,
  synced: () => isSynced,
  lastContactTime: () => undefined,
});

/** A part that records its calls and is synced when the test says so. */
function createPart(resource: string) {
  const calls: string[] = [];
  const synced = Promise.withResolvers<void>();
  const part: CachePart = {
    ...cache(resource, false),
    start: () => void calls.push('start'),
    stop: async () => void calls.push('stop'),
    whenSynced: () => synced.promise,
  };
  return { part, calls, synced };
}

describe('a set of caches', () => {
  test('starts and stops every part', async () => {
    const [roles, tenants] = [createPart('agentroles'), createPart('tenantisolations')];
    const set = createCacheSet([roles.part, tenants.part]);
    expect(set.watched.map(({ resource }) => resource)).toEqual(['agentroles', 'tenantisolations']);
    set.start();
    await set.stop();
    expect([roles.calls, tenants.calls]).toEqual([
      ['start', 'stop'],
      ['start', 'stop'],
    ]);
  });

  test('is synced when the last part is', async () => {
    const [roles, tenants] = [createPart('agentroles'), createPart('tenantisolations')];
    let isSynced = false;
    const waiting = createCacheSet([roles.part, tenants.part])
      .whenSynced()
      .then(() => (isSynced = true));
    roles.synced.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(isSynced).toBe(false);
    tenants.synced.resolve();
    await waiting;
    expect(isSynced).toBe(true);
  });

  test('rejects where a part is stopped before it is synced', async () => {
    const [roles, tenants] = [createPart('agentroles'), createPart('tenantisolations')];
    const waiting = createCacheSet([roles.part, tenants.part]).whenSynced();
    tenants.synced.reject(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
  });
});

describe('the check of caches', () => {
  test('holds when all are synced', () => {
    expect(createCacheCheck([cache('agentroles', true)], () => 0).problem()).toBeNull();
  });

  test('names every cache that is not synced', () => {
    const caches = [cache('agentroles', false), cache('pods', true), cache('tenants', false)];
    expect(createCacheCheck(caches, () => 0).problem()).toBe('not synced: agentroles, tenants');
  });

  test('names a cache that has heard nothing for more than five minutes', () => {
    const heard = { ...cache('pods', true), lastContactTime: () => 1_000 };
    expect(createCacheCheck([heard], () => 301_000).problem()).toBeNull();
    expect(createCacheCheck([heard], () => 301_001).problem()).toBe(
      'the API server has sent nothing for 5 minutes: pods',
    );
  });
});

test('whether caches are synced and when they last heard is a metric, read when it is collected', async () => {
  const registry = new Registry();
  let isSynced = false;
  const caches = [
    { resource: 'agentroles', synced: () => isSynced, lastContactTime: () => 4_000 },
    { resource: 'pods', synced: () => true, lastContactTime: () => undefined },
  ];
  registerCacheMetrics(registry, caches, () => 10_000);
  const before = await registry.metrics();
  expect(before).toContain('cloister_watch_cache_synced{resource="agentroles"} 0\n');
  expect(before).toContain('cloister_watch_cache_last_contact_seconds{resource="agentroles"} 6\n');
  expect(before).not.toContain('cloister_watch_cache_last_contact_seconds{resource="pods"}');
  isSynced = true;
  expect(await registry.metrics()).toContain('cloister_watch_cache_synced{resource="agentroles"} 1\n');
});
