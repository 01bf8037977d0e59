import { describe, expect, test } from 'vitest';
import type { AgentSandbox } from '../../../src/api/agent-sandbox.ts';
import { decide } from '../../../src/operator/agent-sandbox/decide.ts';
import { agentEnded, at, POD_UID, podIn, RUNNING, summary, world } from './sandbox-world.ts';

type RestartPolicy = AgentSandbox['spec']['restartPolicy'];

const POD = { name: 'hermes', uid: POD_UID };
const evicted = { ...agentEnded(137), reason: 'Evicted', message: 'The node was low on resource: memory.' };
const nodeLost = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByPodGC',
  message: 'PodGC: node no longer exists',
};

describe('a sandbox whose pod is lost', () => {
  test.for<readonly [RestartPolicy, string]>([
    ['Never', 'False/Failed'],
    ['OnFailure', 'False/Restarting'],
    ['Always', 'False/Restarting'],
  ])('because its node evicted it goes on under %s as that says, and says why', ([restartPolicy, wanted]) => {
    const of = world({ spec: { restartPolicy } });
    const decision = decide({ ...of, pod: podIn(of, evicted) });
    expect(summary(decision).pod).toBe(wanted);
    expect(decision.report.podReady.message).toContain('Evicted: The node was low on resource: memory.');
  });

  test.for<readonly [RestartPolicy, object]>([
    ['Never', { action: 'None', pod: 'False/Failed' }],
    ['OnFailure', { action: 'Create', pod: 'False/Starting' }],
    ['Always', { action: 'Create', pod: 'False/Starting' }],
  ])('with its node goes on under %s as that says', ([restartPolicy, wanted]) => {
    const status = { pod: POD, startTime: at(0) };
    expect(summary(decide(world({ spec: { restartPolicy }, status })))).toMatchObject(wanted);
  });

  test('says what takes it while its node does not answer', () => {
    const of = world({ status: { pod: POD } });
    const pod = podIn(of, { ...RUNNING, conditions: [nodeLost] });
    const terminating = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: at(1) } };
    expect(decide({ ...of, pod: terminating }).report.podReady).toMatchObject({
      reason: 'Replaced',
      message: 'Pod "hermes" is being deleted: DeletionByPodGC: PodGC: node no longer exists.',
    });
  });
});
