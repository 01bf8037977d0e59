import { expect, test, vi } from 'vitest';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { createLifetimeReconciler } from '../../../src/operator/pod-lifetime/reconcile-lifetime.ts';
import { createManualClock } from '../../build/manual-clock.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';

const POD: KubeObject = {
  metadata: {
    name: 'web',
    namespace: 'acme-agents',
    uid: 'uid-web',
    labels: { 'cloister.dev/role': 'analyst' },
  },
};

/** Reconciles a pod whose role the cache does not show, where the API server has these roles. */
async function reconcile(agentroles: readonly KubeObject[]) {
  const { client, writes } = createMemoryKubeClient({ agentroles });
  const namespace = { metadata: { name: 'acme-agents', labels: { 'cloister.dev/tenant': 'acme' } } };
  const caches = {
    pods: { get: () => POD },
    roles: { get: () => undefined },
    namespaces: { get: () => namespace },
  };
  const record = vi.fn();
  const work = createLifetimeReconciler(caches as never, {
    client,
    logger: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() },
    clock: createManualClock(0),
    events: { record },
  });
  const result = await work('acme-agents/web', new AbortController().signal);
  return { result, writes, record };
}

test('a pod whose role was deleted is ended, and told', async () => {
  const { writes, record } = await reconcile([]);
  expect(writes).toMatchObject([{ verb: 'delete', what: 'pods/web', options: { uid: 'uid-web' } }]);
  expect(record).toHaveBeenCalledWith(expect.objectContaining({ reason: 'RoleDeleted' }));
});

test('a pod whose role is only not in the cache yet is left alone, and looked at again', async () => {
  const { result, writes } = await reconcile([{ metadata: { name: 'analyst' } }]);
  expect(writes).toEqual([]);
  expect(result.requeueAfterMilliseconds).toBe(1_000);
});
