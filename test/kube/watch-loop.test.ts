import { expect, test, vi } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import { resources } from '../../src/kube/resources.ts';
import { createWatchCache } from '../../src/kube/watch-cache.ts';
import { writeProxiedKubeconfig } from './proxied-kubeconfig.ts';

const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

test('stop ends a cache in the middle of its backoff, and who waits for it is told', async () => {
  // Port 1 refuses connections; on this clock a backoff ends only by being cancelled.
  const sleeping = Promise.withResolvers<void>();
  const clock: Clock = {
    now: () => 0,
    sleep: (_milliseconds, signal) =>
      new Promise((_resolve, reject) => {
        sleeping.resolve();
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  };
  const client = await createKubeClient({
    kubeconfig: await writeProxiedKubeconfig('http://127.0.0.1:1', 'token'),
  });
  const cache = createWatchCache({ client, resource: resources.configMaps, logger, clock });
  cache.start();
  const waiting = cache.whenSynced();
  await sleeping.promise;
  await cache.stop();
  await expect(waiting).rejects.toThrow('the cache of configmaps was stopped');
  expect(cache.synced()).toBe(false);
  expect(cache.lastContactTime()).toBeUndefined();
  await client.close();
});

test('waiting for a cache ends with the signal, and the cache goes on', async () => {
  const client = await createKubeClient({
    kubeconfig: await writeProxiedKubeconfig('http://127.0.0.1:1', 'token'),
  });
  const cache = createWatchCache({ client, resource: resources.configMaps, logger });
  cache.start();
  const reason = new Error('waited long enough');
  await expect(cache.whenSynced(AbortSignal.abort(reason))).rejects.toBe(reason);
  const later = new AbortController();
  const waiting = cache.whenSynced(later.signal);
  later.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await cache.stop();
  await client.close();
});
