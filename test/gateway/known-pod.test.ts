import { expect, test } from 'vitest';
import { keepPod, type WatchedPod } from '../../src/gateway/known-pod.ts';

const METADATA = { namespace: 'acme-agents', name: 'agent', uid: 'u', resourceVersion: '7' };
const POD: WatchedPod = {
  metadata: { ...METADATA, labels: { a: 'b' } },
  spec: {},
  status: {
    phase: 'Running',
    podIPs: [{ ip: '10.244.1.5' }, { ip: '2001:DB8:0::5' }],
    hostIPs: [{ ip: '192.0.2.10' }],
  },
};

test('of a pod only its name, its addresses and those of its node are kept', () => {
  expect(keepPod(POD)).toEqual({
    metadata: METADATA,
    addresses: ['10.244.1.5', '2001:db8::5'],
    nodeAddresses: ['192.0.2.10'],
  });
});

test.for([
  ['has succeeded', { ...POD, status: { ...POD.status, phase: 'Succeeded' } }],
  ['has failed', { ...POD, status: { ...POD.status, phase: 'Failed' } }],
  ['is being deleted', { ...POD, metadata: { ...METADATA, deletionTimestamp: '2026-11-28T00:00:00Z' } }],
  ['is on the network of its node', { ...POD, spec: { hostNetwork: true } }],
  ['has no status', { metadata: METADATA }],
  ['has an address that is none', { ...POD, status: { podIPs: [{ ip: '' }, {}] } }],
] as const)('no address tells a pod that %s', ([, pod]) => {
  expect(keepPod(pod).addresses).toEqual([]);
});
