import { expect, test } from 'vitest';
import { createQuarantineReconciler } from '../../../src/operator/agent-quarantine/reconcile-quarantine.ts';
import { buildAgentQuarantine } from '../../build/agent-quarantine.ts';
import { createManualClock } from '../../build/manual-clock.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';

test('a status is of the quarantine as it was read, so that a late cache loses nothing that was measured', async () => {
  const { client, writes } = createMemoryKubeClient();
  const quarantine = buildAgentQuarantine((one) => {
    Object.assign(one.metadata, { name: 'suspect', uid: 'uid-suspect', resourceVersion: '7' });
  });
  const reconcile = createQuarantineReconciler({
    client,
    events: { record: () => {} },
    clock: createManualClock(Date.parse('2026-01-01T00:00:00Z')),
    caches: { quarantines: { get: () => quarantine }, namespaces: { get: () => undefined } } as never,
    quarantineOf: { heldBy: () => ({ sandboxes: [], pods: [] }) },
  });
  await reconcile('suspect', new AbortController().signal);
  expect(writes).toMatchObject([
    { verb: 'applyStatus', body: { metadata: { uid: 'uid-suspect', resourceVersion: '7' } } },
  ]);
});
