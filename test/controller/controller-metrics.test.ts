import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createControllerMetrics } from '../../src/controller/controller-metrics.ts';
import { NotLeaderError } from '../../src/controller/fenced-client.ts';
import { TerminalError } from '../../src/controller/keyed-queue.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import { resources } from '../../src/kube/resources.ts';
import { createMemoryKubeClient } from '../build/memory-kube-client.ts';

const object = { metadata: { name: 'a', namespace: 'acme-agents' } };

test('writes are counted by verb, resource and result, and reads are not', async () => {
  const registry = new Registry();
  const metrics = createControllerMetrics(registry, () => false);
  const memory = createMemoryKubeClient();
  const client = metrics.countingClient(memory.client);
  await client.create(resources.configMaps, object);
  await client.apply(resources.pods, object);
  await client.list(resources.pods);
  memory.failWith = () => new KubeError('forbidden', { reason: 'Forbidden', status: 403 });
  await expect(client.apply(resources.pods, object)).rejects.toThrow('forbidden');
  const text = await registry.metrics();
  const counted = text.split('\n').filter((line) => line.startsWith('cloister_controller_writes_total{'));
  expect(counted.sort()).toEqual([
    'cloister_controller_writes_total{verb="apply",resource="pods",result="Forbidden"} 1',
    'cloister_controller_writes_total{verb="apply",resource="pods",result="Success"} 1',
    'cloister_controller_writes_total{verb="create",resource="configmaps",result="Success"} 1',
  ]);
});

test('queues, reconciliations, errors and leadership are read when metrics are collected', async () => {
  const registry = new Registry();
  let isLeader = false;
  const metrics = createControllerMetrics(registry, () => isLeader);
  const forget = metrics.watchQueue('AgentSandbox', () => 7);
  metrics.reconciled('AgentSandbox', 0.02);
  metrics.failed('AgentSandbox', new KubeError('gone', { reason: 'Gone' }));
  metrics.failed('AgentSandbox', new NotLeaderError('another leads'));
  metrics.failed('AgentSandbox', 'a text');
  metrics.failed('AgentSandbox', new TerminalError('never'));
  const refused = new KubeError('no', { reason: 'Forbidden' });
  metrics.failed('AgentSandbox', new AggregateError([refused], '1 of 2 steps failed'));
  const before = await registry.metrics();
  expect(before).toContain('cloister_leader 0\n');
  expect(before).toContain('cloister_controller_queue_depth{controller="AgentSandbox"} 7\n');
  expect(before).toContain(
    'cloister_controller_reconcile_duration_seconds_bucket{le="0.05",controller="AgentSandbox"} 1\n',
  );
  for (const reason of ['Gone', 'NotLeader', 'Other', 'Terminal', 'Forbidden']) {
    expect(before).toContain(
      `cloister_controller_errors_total{controller="AgentSandbox",reason="${reason}"} 1\n`,
    );
  }
  isLeader = true;
  forget();
  const after = await registry.metrics();
  expect(after).toContain('cloister_leader 1\n');
  expect(after).not.toContain('cloister_controller_queue_depth{controller');
});
