import { describe, expect, test } from 'vitest';
import {
  type InstallerPod,
  missingProfile,
  preparedNodes,
} from '../../../src/policy/seccomp/prepared-nodes.ts';

function pod(
  nodeName: string | undefined,
  ready: string,
  metadata: InstallerPod['metadata'] = {},
): InstallerPod {
  return {
    metadata,
    spec: { nodeName },
    status: {
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: ready },
      ],
    },
  };
}

test.for<[string, readonly InstallerPod[], readonly string[]]>([
  ['a ready pod', [pod('one', 'True')], ['one']],
  ['two ready pods, of two nodes', [pod('one', 'True'), pod('two', 'True')], ['one', 'two']],
  ['two pods of one node during an update', [pod('one', 'False'), pod('one', 'True')], ['one']],
  ['a pod that is not ready', [pod('one', 'False')], []],
  ['a pod whose node is lost', [pod('one', 'Unknown')], []],
  ['a pod without a node', [pod(undefined, 'True')], []],
  ['a pod without a status', [{ spec: { nodeName: 'one' } }], []],
  ['a pod that is being deleted', [pod('one', 'True', { deletionTimestamp: '2026-11-28T00:00:00Z' })], []],
])('the nodes that have the profiles, for %s', ([, pods, expected]) => {
  expect([...preparedNodes(pods)]).toEqual(expected);
});

describe('a pod', () => {
  const need = { profile: 'python-agent', preparedNodes: new Set(['one']), eligibleNodes: null };

  test.for([
    [
      'whose profile is the default of the runtime',
      { ...need, profile: 'RuntimeDefault', preparedNodes: new Set<string>() },
    ],
    ['that may run anywhere, with a profile on one node', need],
    ['with a profile on one of its nodes', { ...need, eligibleNodes: ['one', 'two'] }],
  ] as const)('%s does not wait', ([, asked]) => {
    expect(missingProfile(asked)).toBeNull();
  });

  test.for([
    [
      'where no node is prepared',
      { ...need, preparedNodes: new Set<string>() },
      'is on no node: no pod of the DaemonSet cloister-seccomp-installer is ready. Set seccomp.install=true',
    ],
    [
      'whose nodes are not prepared',
      { ...need, eligibleNodes: ['two'] },
      'is on none of the nodes that the pod may',
    ],
    [
      'that no node is eligible for',
      { ...need, eligibleNodes: [] },
      'is on none of the nodes that the pod may',
    ],
    ['of a mistyped profile', { ...need, profile: 'pyhton-agent' }, 'use "python-agent"'],
    ['of an unknown profile', { ...need, profile: 'mine' }, 'use RuntimeDefault or one of static-agent, '],
  ] as const)('%s waits, and the message says why', ([, asked, message]) => {
    expect(missingProfile(asked)).toContain(message);
  });
});
