import { expect, test, vi } from 'vitest';
import { createSandboxReconciler } from '../../../src/operator/agent-sandbox/reconcile-sandbox.ts';
import { createManualClock } from '../../build/manual-clock.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';
import { at, POD, podIn, POLICIES, RUNNING, SETTINGS, START, TENANT, world } from './sandbox-world.ts';

const none = { get: () => undefined, list: () => [], byIndex: () => [] };

test('the end of a lifetime is waited for from the end of a reconciliation, however long that took', async () => {
  const clock = createManualClock(START);
  const memory = createMemoryKubeClient();
  memory.failWith = async ({ verb }) => {
    if (verb === 'applyStatus') await clock.advance(600_000);
    return null;
  };
  const of = world({ status: { pod: POD, startTime: at(0) } });
  const namespace = { metadata: { name: 'acme-agents', labels: { 'cloister.dev/tenant': 'acme' } } };
  const caches = {
    sandboxes: { get: () => of.sandbox },
    pods: { get: () => podIn(of, RUNNING) },
    roles: { get: (_namespace: string | undefined, name: string) => of.role(name) },
    namespaces: { get: () => namespace },
    networkPolicies: { ...none, byIndex: () => POLICIES },
    otherPolicies: { concerning: () => [] },
    serviceAccounts: none,
    tenants: none,
    nodes: none,
    installerPods: none,
  };
  const reconcile = createSandboxReconciler({
    client: memory.client,
    events: { record: () => {} },
    logger: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() },
    clock,
    caches: caches as never,
    tenantOf: () => TENANT,
    quarantineOf: { ofSandbox: () => null },
    settings: SETTINGS,
    vault: null,
    databases: null,
  });
  const result = await reconcile('acme-agents/hermes', new AbortController().signal);
  expect(result.requeueAfterMilliseconds).toBe((3_600 - 600) * 1000);
});
