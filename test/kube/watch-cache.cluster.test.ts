import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createKubeClient } from '../../src/kube/client.ts';
import type { Change } from '../../src/kube/fold.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { resources } from '../../src/kube/resources.ts';
import { createWatchCache } from '../../src/kube/watch-cache.ts';
import type { WatchCache, WatchCacheOptions } from '../../src/kube/watch-cache.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { createConfigMapWriter, fingerprint, writtenSelector } from './config-map-writer.ts';
import type { ConfigMap, ConfigMapWriter } from './config-map-writer.ts';
import { startFaultProxy } from './fault-proxy.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { writeProxiedKubeconfig } from './proxied-kubeconfig.ts';
import { createScaledClock } from './scaled-clock.ts';

const controlPlane = useControlPlane();
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
// A minute of the cache's time passes in 0.6 s, so that its backoff and watchdog can be tested as they are.
const clock = createScaledClock(100);

let direct: KubeClient;
let proxy: FaultProxy;
let client: KubeClient;
let writer: ConfigMapWriter;
let cache: WatchCache<ConfigMap>;
let changes: Change<ConfigMap>[];

beforeAll(() => {
  direct = createKubeClient({ kubeconfig: controlPlane.kubeconfig });
});

afterAll(() => direct.close());

beforeEach(async () => {
  logger.error.mockClear();
  proxy = await startFaultProxy(controlPlane);
  const { tokens } = controlPlane.connection;
  client = createKubeClient({ kubeconfig: await writeProxiedKubeconfig(proxy.url, tokens['admin'] ?? '') });
  writer = createConfigMapWriter(direct, await controlPlane.createNamespace('watch'));
  changes = [];
});

afterEach(async () => {
  await cache.stop();
  await client.close();
  await proxy.close();
});

async function startCache(options: Partial<WatchCacheOptions<ConfigMap>> = {}): Promise<void> {
  cache = createWatchCache<ConfigMap>({
    client,
    resource: resources.configMaps,
    namespace: writer.namespace,
    labelSelector: writtenSelector,
    // An hour, 36 real seconds: bookmarks come in real time, too late for the default on this clock.
    idleTimeout: 3_600_000,
    onChange: (change) => void changes.push(change),
    logger,
    clock,
    ...options,
  });
  cache.start();
  await cache.whenSynced();
  await expect.poll(proxy.openWatches, { timeout: 10_000 }).toBe(1);
}

// What the handler was told must lead to the same state as the API server's, each step possible after the one before.
function replay(): string[] {
  const seen = new Map<string, string>();
  for (const { type, object } of changes) {
    const { name = '', uid = '' } = object.metadata;
    expect(`${type} ${name}: known ${seen.get(name)?.includes(uid) ?? 'not'}`).toBe(
      `${type} ${name}: known ${type === 'Added' ? 'not' : 'true'}`,
    );
    if (type === 'Deleted') seen.delete(name);
    else seen.set(name, fingerprint(object));
  }
  return [...seen.values()].sort();
}

async function expectNothingMissed(): Promise<void> {
  const truth = await writer.truth();
  // A request on a pooled connection that went half-open too takes its 10 s deadline to fail.
  await expect.poll(() => cache.list().map(fingerprint).sort(), { timeout: 25_000 }).toEqual(truth);
  expect(replay()).toEqual(truth);
}

const isList = (url: URL): boolean => url.pathname.endsWith('/configmaps') && !url.searchParams.has('watch');
const isWatch = (url: URL): boolean => url.searchParams.has('watch');
const listed = (): number =>
  proxy.requests.filter((line) => isList(new URL(line.slice(4), 'http://proxy'))).length;

const gone = JSON.stringify({
  type: 'ERROR',
  object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' },
});

test('changes arrive in order and complete, and managed fields do not', async () => {
  await startCache();
  await writer.churn(40);
  await expectNothingMissed();
  expect(cache.list().every(({ metadata }) => metadata.managedFields === undefined)).toBe(true);
});

test('nothing is missed while connections are reset again and again, and the watch is resumed without a list', async () => {
  await startCache();
  for (let round = 0; round < 8; round += 1) {
    await writer.churn(6);
    proxy.reset();
  }
  await writer.churn(6);
  await expectNothingMissed();
  expect(listed()).toBe(1);
});

test('a list that fails is repeated until it succeeds', async () => {
  proxy.answer(4, isList, { status: 500, body: 'etcd is away' });
  await writer.churn(6);
  await startCache();
  await expectNothingMissed();
  expect(listed()).toBe(5);
});

test('a watch refused with 410 leads to a list whose difference is delivered', async () => {
  await writer.set('leaves', '1');
  await writer.set('returns', '1');
  await startCache();
  await proxy.down();
  await writer.remove('leaves');
  await writer.recreate('returns', '2');
  await writer.set('comes', '1');
  proxy.answer(1, isWatch, { status: 410, body: '' });
  await proxy.up();
  await expectNothingMissed();
  expect(listed()).toBe(2);
  expect(changes.slice(2).map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
    'Deleted leaves',
    'Added comes',
    'Deleted returns',
    'Added returns',
  ]);
});

test('a 410 inside the stream leads to a list', async () => {
  await startCache();
  await writer.churn(6);
  await expectNothingMissed();
  proxy.endWatches(gone);
  await expect.poll(listed, { timeout: 10_000 }).toBe(2);
  await writer.churn(6);
  await expectNothingMissed();
});

test('a half-open connection is noticed by its silence', async () => {
  await startCache({ idleTimeout: 90_000 });
  proxy.freeze();
  await writer.churn(6);
  await expectNothingMissed();
});

test('an outage of five minutes is survived, and what happened in it is delivered', async () => {
  await writer.churn(6);
  await startCache();
  await proxy.down();
  const end = clock.now() + 300_000;
  await writer.churn(20);
  await clock.sleep(end - clock.now());
  await proxy.up();
  await expectNothingMissed();
  expect(cache.synced()).toBe(true);
});

test('characters and lines cut anywhere on the wire are put together', async () => {
  proxy.cutInto(3);
  await startCache();
  await writer.churn(12);
  await expectNothingMissed();
  expect(cache.get(writer.namespace, 'map-6')?.data?.['value']).toMatch(/^größer /);
});

test('a stream that turns to rubbish is dropped and listed again', async () => {
  await startCache();
  proxy.endWatches('{"type":"MODIF');
  await expect.poll(listed, { timeout: 10_000 }).toBe(2);
  await writer.churn(6);
  await expectNothingMissed();
});

test('a handler that throws or rejects is logged, and the next change still arrives', async () => {
  await startCache({
    onChange: (change) => {
      changes.push(change);
      if (changes.length === 1) throw new Error('thrown by the handler');
      if (changes.length === 2)
        return Promise.reject(new Error('rejected by the handler')) as unknown as void;
    },
  });
  await writer.churn(12);
  await expectNothingMissed();
  expect(logger.error).toHaveBeenCalledTimes(2);
});

test('delays change nothing but time', async () => {
  proxy.delay(40);
  await startCache();
  await writer.churn(12);
  await expectNothingMissed();
});

test('only metadata is fetched and kept where that is enough, and a selector is obeyed', async () => {
  await writer.set('mine', '1');
  await writer.set('other', '1');
  await startCache({ metadataOnly: true, fieldSelector: 'metadata.name=mine' });
  await writer.set('mine', '2');
  await expect
    .poll(() => changes.map(({ type }) => type), { timeout: 10_000 })
    .toEqual(['Added', 'Modified']);
  expect(cache.list().map(({ metadata, data }) => [metadata.name, data])).toEqual([['mine', undefined]]);
});

test('a stopped cache delivers nothing more and closes its watch', async () => {
  await startCache();
  await cache.stop();
  await writer.churn(6);
  expect(changes).toEqual([]);
  expect(proxy.openWatches()).toBe(0);
});
