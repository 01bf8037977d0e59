import { describe, expect, test } from 'vitest';
import { eligibleNodes } from '../../../src/policy/nodes/eligible-nodes.ts';
import type { NodeFacts } from '../../../src/policy/nodes/node-facts.ts';
import { canHaveUserNamespaces } from '../../../src/policy/nodes/user-namespaces.ts';
import { buildRolePolicy } from '../../build/review-context.ts';

const handler = (name: string, userNamespaces: boolean) => ({ name, features: { userNamespaces } });

function node(
  name: string,
  change: Partial<NodeFacts['status'] & NodeFacts['spec']> & { labels?: object } = {},
): NodeFacts {
  const { taints = [], labels, ...status } = change;
  return {
    metadata: { name, labels: { 'kubernetes.io/os': 'linux', ...labels } },
    spec: { taints },
    status: { nodeInfo: { kubeletVersion: 'v1.37.0' }, runtimeHandlers: [handler('', true)], ...status },
  };
}

const role = buildRolePolicy({ userNamespace: 'Preferred' });

describe('the nodes that a role may run on', () => {
  const tolerant = buildRolePolicy({
    nodeSelector: new Map([['pool', 'agents']]),
    tolerations: [
      { key: 'agents', operator: 'Equal', value: 'yes', effect: 'NoSchedule' },
      { key: 'any', operator: 'Exists', value: '', effect: 'NoExecute' },
    ],
  });
  const pool = { labels: { pool: 'agents' } };
  test.for<[string, NodeFacts, boolean]>([
    ['are those with its labels', node('a', pool), true],
    ['are not those with others', node('a'), false],
    [
      'are those whose taints it tolerates',
      node('a', { ...pool, taints: [{ key: 'agents', value: 'yes', effect: 'NoSchedule' }] }),
      true,
    ],
    [
      'are not those with another value',
      node('a', { ...pool, taints: [{ key: 'agents', value: 'no', effect: 'NoSchedule' }] }),
      false,
    ],
    [
      'are not those with another effect',
      node('a', { ...pool, taints: [{ key: 'any', effect: 'NoSchedule' }] }),
      false,
    ],
    [
      'are those whose taint only asks to be avoided',
      node('a', { ...pool, taints: [{ key: 'x', effect: 'PreferNoSchedule' }] }),
      true,
    ],
    [
      'are those that are closed for now',
      node('a', { ...pool, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }),
      true,
    ],
    [
      'are not those of another system',
      node('a', { labels: { pool: 'agents', 'kubernetes.io/os': 'windows' } }),
      false,
    ],
  ])('%s', ([, one, wanted]) => {
    expect(eligibleNodes([one], tolerant)).toHaveLength(wanted ? 1 : 0);
  });
});

describe('a user namespace', () => {
  const old = { nodeInfo: { kubeletVersion: 'v1.32.9' } };
  const taint = { key: 'control-plane', effect: 'NoSchedule' };
  test.for<[string, readonly NodeFacts[], boolean]>([
    ['can be had where every node can give one', [node('a'), node('b')], true],
    [
      'cannot be had where one cannot',
      [node('a'), node('b', { runtimeHandlers: [handler('', false)] })],
      false,
    ],
    ['cannot be had where a kubelet is too old', [node('a'), node('b', old)], false],
    [
      'can be had where a node cannot that the pod does not run on',
      [node('a'), node('b', { ...old, taints: [taint] })],
      true,
    ],
    ['cannot be had where a runtime does not say it', [node('a', { runtimeHandlers: [] })], false],
    [
      'can be had where only another handler cannot',
      [node('a', { runtimeHandlers: [handler('', true), handler('gvisor', false)] })],
      true,
    ],
    ['cannot be had where no node is known', [], false],
    [
      'cannot be had from a version that cannot be read',
      [node('a', { nodeInfo: { kubeletVersion: 'main' } })],
      false,
    ],
  ])('%s', ([, nodes, wanted]) => {
    expect(canHaveUserNamespaces(nodes, role)).toBe(wanted);
  });

  test('under a RuntimeClass takes every handler, for its own is not known', () => {
    const runtimeHandlers = [handler('', true), handler('gvisor', false)];
    const gvisor = buildRolePolicy({ userNamespace: 'Preferred', runtimeClassName: 'gvisor' });
    expect(canHaveUserNamespaces([node('a', { runtimeHandlers })], gvisor)).toBe(false);
    expect(canHaveUserNamespaces([node('a')], gvisor)).toBe(true);
  });
});
