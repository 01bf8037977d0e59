import { expect, test } from 'vitest';
import { useProxiedCache } from './use-proxied-cache.ts';

const watched = useProxiedCache();

const isList = (url: URL): boolean => url.pathname.endsWith('/configmaps') && !url.searchParams.has('watch');
const isWatch = (url: URL): boolean => url.searchParams.has('watch');
const listed = (): number =>
  watched.proxy.requests.filter((line) => isList(new URL(line.slice(4), 'http://proxy'))).length;

const gone = JSON.stringify({
  type: 'ERROR',
  object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' },
});

test('nothing is missed while connections are reset again and again, and the watch is resumed without a list', async () => {
  await watched.start();
  for (let round = 0; round < 8; round += 1) {
    await watched.writer.churn(6);
    watched.proxy.reset();
  }
  await watched.writer.churn(6);
  await watched.expectNothingMissed();
  expect(listed()).toBe(1);
});

test('a list that fails is repeated until it succeeds', async () => {
  watched.proxy.answer(4, isList, { status: 500, body: 'etcd is away' });
  await watched.writer.churn(6);
  await watched.start();
  await watched.expectNothingMissed();
  expect(listed()).toBe(5);
});

test('a watch refused with 410 leads to a list whose difference is delivered', async () => {
  await watched.writer.set('leaves', '1');
  await watched.writer.set('returns', '1');
  await watched.start();
  await watched.proxy.down();
  await watched.writer.remove('leaves');
  await watched.writer.recreate('returns', '2');
  await watched.writer.set('comes', '1');
  watched.proxy.answer(1, isWatch, { status: 410, body: '' });
  await watched.proxy.up();
  await watched.expectNothingMissed();
  expect(listed()).toBe(2);
  expect(watched.changes.slice(2).map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
    'Deleted leaves',
    'Added comes',
    'Deleted returns',
    'Added returns',
  ]);
});

test('a 410 inside the stream leads to a list', async () => {
  await watched.start();
  await watched.writer.churn(6);
  await watched.expectNothingMissed();
  watched.proxy.endWatches(gone);
  await expect.poll(listed, { timeout: 10_000 }).toBe(2);
  await watched.writer.churn(6);
  await watched.expectNothingMissed();
});

test('a half-open connection is noticed by its silence', async () => {
  await watched.start({ maxSilenceMilliseconds: 90_000 });
  watched.proxy.freeze();
  await watched.writer.churn(6);
  await watched.expectNothingMissed();
});

test('an outage of five minutes is survived, and what happened in it is delivered', async () => {
  await watched.writer.churn(6);
  await watched.start();
  await watched.proxy.down();
  const end = watched.clock.now() + 300_000;
  await watched.writer.churn(20);
  await watched.clock.sleep(end - watched.clock.now());
  await watched.proxy.up();
  await watched.expectNothingMissed();
  expect(watched.cache.synced()).toBe(true);
});

test('nothing is missed under a mixture of everything', async () => {
  await watched.start();
  const faults: readonly (() => void | Promise<void>)[] = [
    () => watched.proxy.reset(),
    () => watched.proxy.endWatches(gone),
    () => watched.proxy.endWatches('{"type":"ADD'),
    () => watched.proxy.answer(2, isList, { status: 500 }),
    () => watched.proxy.answer(1, isWatch, { status: 410 }),
    () => watched.proxy.answer(2, isWatch, { status: 429, headers: { 'retry-after': '1' } }),
    () => watched.proxy.cutInto(5),
    () => watched.proxy.down(),
    () => watched.proxy.up(),
  ];
  for (let round = 0; round < 4; round += 1) {
    for (const fault of faults) {
      await fault();
      await watched.writer.churn(3 + round);
    }
  }
  await watched.expectNothingMissed();
});

test('a stream that turns to rubbish is dropped and listed again', async () => {
  await watched.start();
  watched.proxy.endWatches('{"type":"MODIF');
  await expect.poll(listed, { timeout: 10_000 }).toBe(2);
  await watched.writer.churn(6);
  await watched.expectNothingMissed();
});
