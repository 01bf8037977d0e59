import { collectDefaultMetrics, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { closeNow, listenOn } from '../../src/serve/listen.ts';
import { createMetricsServer, registerGauge } from '../../src/serve/metrics.ts';

test('metrics are served at /metrics, and a gauge is read when they are collected', async () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const values = new Map([['a', 1]]);
  registerGauge(registry, { name: 'things', help: 'Things.', label: 'thing', read: () => values });
  const server = createMetricsServer(registry);
  const port = await listenOn(server, 0, '127.0.0.1');
  const read = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  const before = await read('/metrics');
  expect(before).toContain('process_resident_memory_bytes');
  expect(before).toContain('things{thing="a"} 1\n');
  values.clear();
  values.set('b', 2);
  const after = await read('/metrics?verbose');
  expect(after).toContain('things{thing="b"} 2\n');
  expect(after).not.toContain('thing="a"');
  expect(await read('/')).toContain('the path is /metrics');
  await closeNow(server);
});
