import { expect, test } from 'vitest';
import { useProxiedCache } from './use-proxied-cache.ts';

const watched = useProxiedCache();

test('changes arrive in order and complete, and managed fields do not', async () => {
  await watched.start();
  await watched.writer.churn(40);
  await watched.expectNothingMissed();
  expect(watched.cache.list().every(({ metadata }) => metadata.managedFields === undefined)).toBe(true);
});

test('characters and lines cut anywhere on the wire are put together', async () => {
  watched.proxy.cutInto(3);
  await watched.start();
  await watched.writer.churn(12);
  await watched.expectNothingMissed();
  expect(watched.cache.get(watched.writer.namespace, 'map-6')?.data?.['value']).toMatch(/^größer /);
});

test('a handler that throws or rejects is logged, and the next change still arrives', async () => {
  await watched.start({
    onChange: (change) => {
      watched.changes.push(change);
      if (watched.changes.length === 1) throw new Error('thrown by the handler');
      if (watched.changes.length === 2)
        return Promise.reject(new Error('rejected by the handler')) as unknown as void;
    },
  });
  await watched.writer.churn(12);
  await watched.expectNothingMissed();
  expect(watched.logger.error).toHaveBeenCalledTimes(2);
});

test('delays change nothing but time', async () => {
  watched.proxy.delay(40);
  await watched.start();
  await watched.writer.churn(12);
  await watched.expectNothingMissed();
});

test('only metadata is fetched and kept where that is enough, and a selector is obeyed', async () => {
  await watched.writer.set('mine', '1');
  await watched.writer.set('other', '1');
  await watched.start({ metadataOnly: true, fieldSelector: 'metadata.name=mine' });
  await watched.writer.set('mine', '2');
  await expect
    .poll(() => watched.changes.map(({ type }) => type), { timeout: 10_000 })
    .toEqual(['Added', 'Modified']);
  expect(watched.cache.list().map(({ metadata, data }) => [metadata.name, data])).toEqual([
    ['mine', undefined],
  ]);
});

test('a cache says whether it follows, and has heard of the server when that ends a watch itself', async () => {
  expect(watched.cache?.following() ?? false).toBe(false);
  await watched.start();
  await expect.poll(watched.cache.following).toBe(true);
  const before = watched.clock.now();
  watched.proxy.endWatches('');
  await expect.poll(() => watched.cache.lastContactTime()).toBeGreaterThan(before);
  await expect.poll(watched.cache.following).toBe(true);
  await watched.proxy.down();
  await expect.poll(watched.cache.following).toBe(false);
  await watched.proxy.up();
  await expect.poll(watched.cache.following, { timeout: 10_000 }).toBe(true);
});

test('a stopped cache delivers nothing more and closes its watch', async () => {
  await watched.start();
  await watched.cache.stop();
  await watched.writer.churn(6);
  expect(watched.changes).toEqual([]);
  expect(watched.proxy.openWatches()).toBe(0);
});
