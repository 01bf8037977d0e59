import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/operator/agent-sandbox/decide.ts';
import type { NodeFacts } from '../../../src/policy/nodes/node-facts.ts';
import { podIn, RUNNING, summary, world, type WorldChange } from './sandbox-world.ts';

const node = (name: string, userNamespaces = true): NodeFacts => ({
  metadata: { name },
  status: {
    nodeInfo: { kubeletVersion: 'v1.37.0' },
    runtimeHandlers: [{ name: '', features: { userNamespaces } }],
  },
});
const preferred: WorldChange = { role: ({ spec }) => (spec.sandbox.userNamespace = 'Preferred') };
const profiled: WorldChange = { role: ({ spec }) => (spec.sandbox.seccompProfile = 'node-agent') };
const installer = (nodeName: string, status = 'True') => ({
  metadata: {},
  spec: { nodeName },
  status: { conditions: [{ type: 'Ready', status }] },
});

describe('a sandbox whose role prefers a user namespace', () => {
  const hostUsersOn = (nodes: readonly NodeFacts[]) =>
    decide(world({ ...preferred, nodes: () => nodes })).rendered?.pod.spec?.hostUsers;

  test('gets one where every node can give it', () => {
    expect(hostUsersOn([node('a'), node('b')])).toBe(false);
    expect(hostUsersOn([node('a'), node('b', false)])).toBeUndefined();
    expect(hostUsersOn([])).toBeUndefined();
  });

  test('keeps its pod when a node joins that cannot', () => {
    const before = world({ ...preferred, nodes: () => [node('a')] });
    const pod = podIn(before, RUNNING);
    expect(pod.spec).toMatchObject({ hostUsers: false });
    const after = decide({ ...before, pod, nodes: () => [node('a'), node('b', false)] });
    expect(summary(after)).toMatchObject({ action: 'None', pod: 'True/Running' });
  });

  test('has one whatever the nodes can where its role requires it', () => {
    expect(decide(world()).rendered?.pod.spec?.hostUsers).toBe(false);
  });
});

describe('a sandbox with a seccomp profile of Cloister', () => {
  test.for<readonly [string, WorldChange, object]>([
    ['waits while it is on no node', {}, { action: 'None', pod: 'False/Waiting' }],
    [
      'waits while its installer is not ready',
      { installerPods: () => [installer('a', 'False')] },
      { action: 'None' },
    ],
    ['waits while it is on other nodes alone', { installerPods: () => [installer('b')] }, { action: 'None' }],
    ['runs where it is on a node', { installerPods: () => [installer('a')] }, { action: 'Create' }],
  ])('%s', ([, change, wanted]) => {
    const decision = decide(world({ ...profiled, nodes: () => [node('a')], ...change }));
    expect(summary(decision)).toMatchObject(wanted);
  });

  test('says which profile it waits for, and asks for no other', () => {
    const { report, rendered } = decide(world(profiled));
    expect(report.podReady.message).toContain('The pod waits: seccomp profile "node-agent" is on no node');
    expect(JSON.stringify(rendered?.pod)).not.toContain('Unconfined');
    expect(rendered?.pod.spec?.securityContext?.seccompProfile).toMatchObject({
      type: 'Localhost',
      localhostProfile: 'cloister/node-agent.json',
    });
  });

  test('keeps a pod that runs when the installer is gone', () => {
    const of = world({ ...profiled, nodes: () => [node('a')], installerPods: () => [installer('a')] });
    const pod = podIn(of, RUNNING);
    expect(summary(decide({ ...of, pod, installerPods: () => [] }))).toMatchObject({ pod: 'True/Running' });
  });
});
