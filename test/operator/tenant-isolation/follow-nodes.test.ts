import { expect, test, vi } from 'vitest';
import type { Change } from '../../../src/kube/fold.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { followTenants } from '../../../src/operator/tenant-isolation/follow-tenants.ts';
import type { OperatorCaches } from '../../../src/operator/operator-caches.ts';
import type { NodeFacts } from '../../../src/policy/nodes/node-facts.ts';

type Node = KubeObject & NodeFacts;

const node = (address: string, podCIDR = '10.244.1.0/24'): Node => ({
  metadata: { name: 'node-1' },
  spec: { podCIDRs: [podCIDR] },
  status: { addresses: [{ address }] },
});
const INSIDE = node('192.168.1.7');
const OUTSIDE = node('5.9.0.7');

/** How often every tenant is reconciled after a change of a node. */
function reconciledBy(change: Change<Node>): number {
  const addAll = vi.fn<() => void>();
  let tell: (change: Change<Node>) => void = () => {};
  const others = { subscribe: () => {} };
  const nodes = { subscribe: (listener: typeof tell) => void (tell = listener) };
  const caches = new Proxy({}, { get: (_, name) => (name === 'nodes' ? nodes : others) });
  followTenants(caches as OperatorCaches, { add: () => {}, addAll });
  tell(change);
  return addAll.mock.calls.length;
}

test.for([
  ['comes without a public address', { type: 'Added', object: INSIDE }, 0],
  ['comes with one', { type: 'Added', object: OUTSIDE }, 1],
  ['comes with a public block of pods', { type: 'Added', object: node('192.168.1.7', '5.9.0.0/24') }, 1],
  ['is given another one', { type: 'Modified', object: node('5.9.0.8'), previous: OUTSIDE }, 1],
  ['is the same', { type: 'Modified', object: node('5.9.0.7'), previous: OUTSIDE }, 0],
  ['is given another private address', { type: 'Modified', object: node('10.0.0.1'), previous: INSIDE }, 0],
  ['goes with one', { type: 'Deleted', object: OUTSIDE }, 1],
  ['goes without one', { type: 'Deleted', object: INSIDE }, 0],
] as const)('gateways are told again when a node %s: %j', ([, change, times]) => {
  expect(reconciledBy(change)).toBe(times);
});
