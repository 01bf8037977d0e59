import { afterAll, afterEach, beforeAll, beforeEach, expect, type Mock, vi } from 'vitest';
import { createKubeClient } from '../../src/kube/client.ts';
import type { Change } from '../../src/kube/fold.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { resources } from '../../src/kube/resources.ts';
import { createWatchCache, type WatchCache, type WatchCacheOptions } from '../../src/kube/watch-cache.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import {
  type ConfigMap,
  type ConfigMapWriter,
  createConfigMapWriter,
  fingerprint,
  writtenSelector,
} from './config-map-writer.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { writeProxiedKubeconfig } from './proxied-kubeconfig.ts';
import { createScaledClock } from './scaled-clock.ts';

/** A cache behind a fault proxy, and a writer that goes past the proxy; both are new for each test. */
export interface ProxiedCache {
  proxy: FaultProxy;
  writer: ConfigMapWriter;
  cache: WatchCache<ConfigMap>;
  /** What the handler was told. */
  changes: Change<ConfigMap>[];
  readonly logger: Record<
    'debug' | 'info' | 'warn' | 'error',
    Mock<(fields: object, message: string) => void>
  >;
  /** A minute of it passes in 0.6 s, so that backoff and watchdog are tested with their real values. */
  readonly clock: ReturnType<typeof createScaledClock>;
  /** Starts the cache and waits until its list is in and its watch is open. */
  readonly start: (options?: Partial<WatchCacheOptions<ConfigMap>>) => Promise<void>;
  /** Waits until the cache equals the API server; what the handler was told must lead there too. */
  readonly expectNothingMissed: () => Promise<void>;
}

/** Registers the hooks; use what it answers only inside tests. */
export function useProxiedCache(): ProxiedCache {
  const controlPlane = useControlPlane();
  const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  let direct: KubeClient;
  let client: KubeClient;

  const state = {
    logger,
    clock: createScaledClock(100),
    start: async (options = {}) => {
      state.cache = createWatchCache<ConfigMap>({
        client,
        resource: resources.configMaps,
        namespace: state.writer.namespace,
        labelSelector: writtenSelector,
        // An hour, 36 real seconds: bookmarks come in real time, too late for the default on this clock.
        maxSilenceMilliseconds: 3_600_000,
        onChange: (change) => void state.changes.push(change),
        logger,
        clock: state.clock,
        ...options,
      });
      state.cache.start();
      await state.cache.whenSynced();
      await expect.poll(state.proxy.openWatches, { timeout: 10_000 }).toBe(1);
    },
    expectNothingMissed: async () => {
      const truth = await state.writer.truth();
      // A request on a pooled connection that went half-open too takes its 10 s deadline to fail.
      await expect.poll(() => state.cache.list().map(fingerprint).sort(), { timeout: 25_000 }).toEqual(truth);
      expect(replay(state.changes)).toEqual(truth);
    },
  } as ProxiedCache;

  beforeAll(async () => {
    direct = await createKubeClient({ kubeconfig: controlPlane.kubeconfig });
  });
  afterAll(() => direct.close());

  beforeEach(async () => {
    logger.error.mockClear();
    state.proxy = await startFaultProxy(controlPlane);
    const token = controlPlane.connection.tokens['admin'] ?? '';
    client = await createKubeClient({ kubeconfig: await writeProxiedKubeconfig(state.proxy.url, token) });
    state.writer = createConfigMapWriter(direct, await controlPlane.createNamespace('watch'));
    state.changes = [];
  });
  afterEach(async () => {
    await state.cache.stop();
    await client.close();
    await state.proxy.close();
  });
  return state;
}

// Each step must be possible after the one before, and nothing may be told twice.
function replay(changes: readonly Change<ConfigMap>[]): string[] {
  const told = changes.map(({ type, object }) => `${type} ${fingerprint(object)}`);
  expect(told).toEqual([...new Set(told)]);
  const seen = new Map<string, string>();
  for (const { type, object } of changes) {
    const { name = '', uid = '' } = object.metadata;
    const known = seen.get(name);
    expect([type, name, known?.split(' ')[1]]).toEqual([type, name, type === 'Added' ? undefined : uid]);
    if (type === 'Deleted') seen.delete(name);
    else seen.set(name, fingerprint(object));
  }
  return [...seen.values()].sort();
}
