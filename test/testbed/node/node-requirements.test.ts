import { expect, test } from 'vitest';
import { missingForNode, type NodeMachine } from './node-requirements.ts';

const machine: NodeMachine = { platform: 'linux', userId: 0, has: () => true };

test('a machine that has everything lacks nothing', () => {
  expect(missingForNode(machine)).toBeUndefined();
});

test.for([
  ['another system', { platform: 'darwin' }, 'a node needs Linux, and this is darwin'],
  ['another user', { userId: 1000 }, 'a node needs root: run the tests as root'],
  [
    'missing programs',
    { has: (file: string) => !['nft', '/usr/lib/cni/ptp'].includes(file) },
    'a node needs nftables, containernetworking-plugins: apt-get install nftables containernetworking-plugins',
  ],
] as const)('%s is said in one line', ([, difference, line]) => {
  expect(missingForNode({ ...machine, ...difference })).toBe(line);
});
