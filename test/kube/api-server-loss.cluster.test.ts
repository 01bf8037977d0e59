import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { resources } from '../../src/kube/resources.ts';
import { createWatchCache, type WatchCache } from '../../src/kube/watch-cache.ts';
import { startControlPlane, type StartedControlPlane } from '../testbed/control-plane.ts';
import {
  type ConfigMap,
  type ConfigMapWriter,
  createConfigMapWriter,
  fingerprint,
} from './config-map-writer.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { writeProxiedKubeconfig } from './proxied-kubeconfig.ts';
import { createScaledClock } from './scaled-clock.ts';

const { configMaps } = resources;
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const clock = createScaledClock(20);

let controlPlane: StartedControlPlane;
let client: KubeClient;
let writer: ConfigMapWriter;
let cache: WatchCache<ConfigMap>;

beforeAll(async () => {
  controlPlane = await startControlPlane({ controllerManager: false });
  client = await createKubeClient({ kubeconfig: controlPlane.kubeconfig });
});

afterAll(async () => {
  await client.close();
  await controlPlane.stop();
});

beforeEach(async (context) => {
  const namespace = `loss-${context.task.id.replaceAll('_', '-').replace(/^-/, '')}`;
  await client.create(resources.namespaces, { metadata: { name: namespace } });
  writer = createConfigMapWriter(client, namespace);
  await writer.churn(6);
});

afterEach(() => cache.stop());

async function startCache(through: KubeClient): Promise<void> {
  const { namespace } = writer;
  cache = createWatchCache<ConfigMap>({ client: through, resource: configMaps, namespace, logger, clock });
  cache.start();
  await cache.whenSynced();
}

async function expectNothingMissed(): Promise<void> {
  const truth = await writer.truth();
  await expect.poll(() => cache.list().map(fingerprint).sort(), { timeout: 30_000 }).toEqual(truth);
}

test('a restart of the API server is survived', async () => {
  await startCache(client);
  await controlPlane.restartApiServer();
  await writer.churn(12);
  await expectNothingMissed();
  await controlPlane.restartApiServer();
  await writer.churn(12);
  await expectNothingMissed();
});

test('an API server that stops answering with connections open is noticed', async () => {
  await startCache(client);
  controlPlane.pauseApiServer();
  // Two minutes of the cache's time: past its watchdog.
  await clock.sleep(120_000);
  controlPlane.resumeApiServer();
  await writer.churn(12);
  await expectNothingMissed();
});

test('a version that the API server no longer knows leads to a list', async () => {
  const proxy = await startFaultProxy(controlPlane);
  const token = controlPlane.connection.tokens['admin'] ?? '';
  const proxied = await createKubeClient({ kubeconfig: await writeProxiedKubeconfig(proxy.url, token) });
  try {
    await startCache(proxied);
    await proxy.down();
    // An API server keeps no history over a restart: it knows no version from before, as after a compaction of etcd.
    await writer.churn(12);
    await controlPlane.restartApiServer();
    await proxy.up();
    await expectNothingMissed();
    expect(logger.warn).toHaveBeenCalledWith(
      expect.objectContaining({ err: expect.objectContaining({ reason: 'Gone' }), relist: true, delay: 0 }),
      'watch interrupted',
    );
  } finally {
    await cache.stop();
    await proxied.close();
    await proxy.close();
  }
});
