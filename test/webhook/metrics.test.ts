import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createAdmissionMetrics } from '../../src/webhook/admission-metrics.ts';
import { listenOn } from '../../src/serve/listen.ts';
import { createMetricsServer } from '../../src/serve/metrics-server.ts';
import { registerStateMetrics } from '../../src/serve/state-metrics.ts';

test('certificates and caches are read when metrics are collected', async () => {
  const registry = new Registry();
  let isSynced = false;
  registerStateMetrics(registry, {
    certificates: () => ({
      serving: { fingerprint: 'f', notBefore: 0, notAfter: 90_000, signedBy: 'a' },
      authority: { fingerprint: 'a', notBefore: 0, notAfter: 365_000 },
      bundle: '',
    }),
    caches: [
      { resource: 'agentroles', synced: () => isSynced, lastContactTime: () => 4_000 },
      { resource: 'pods', synced: () => true, lastContactTime: () => undefined },
    ],
    now: () => 10_000,
  });
  const server = createMetricsServer(registry);
  const port = await listenOn(server, 0, '127.0.0.1');
  const read = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  const before = await read('/metrics');
  expect(before).toContain('cloister_certificate_expiry_time_seconds{certificate="serving"} 90\n');
  expect(before).toContain('cloister_certificate_expiry_time_seconds{certificate="authority"} 365\n');
  expect(before).toContain('cloister_watch_cache_synced{resource="agentroles"} 0\n');
  expect(before).toContain('cloister_watch_cache_last_contact_seconds{resource="agentroles"} 6\n');
  expect(before).not.toContain('cloister_watch_cache_last_contact_seconds{resource="pods"}');
  expect(before).toContain('process_resident_memory_bytes');
  isSynced = true;
  expect(await read('/metrics')).toContain('cloister_watch_cache_synced{resource="agentroles"} 1\n');
  expect(await read('/')).toContain('ask /metrics');
  server.close();
  server.closeAllConnections();
});

test('resources without end do not make series without end', async () => {
  const registry = new Registry();
  const metrics = createAdmissionMetrics(registry, () => 0);
  for (let count = 0; count < 1_000; count += 1) {
    metrics.reviewed({
      phase: 'Decide',
      verdict: 'Allowed',
      operation: 'CREATE',
      resource: `things${count}`,
      checks: [],
      seconds: 0.001,
    });
  }
  const text = await registry.metrics();
  const series = text.split('\n').filter((line) => line.startsWith('cloister_admission_reviews_total{'));
  expect(series).toHaveLength(33);
  expect(text).toContain('resource="other"} 968');
});
