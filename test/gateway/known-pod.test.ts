import { expect, test } from 'vitest';
import { keepPod, type WatchedPod } from '../../src/gateway/known-pod.ts';

const METADATA = { namespace: 'acme-agents', name: 'agent', uid: 'u', resourceVersion: '7' };
const POD: WatchedPod = {
  metadata: {
    ...METADATA,
    labels: { a: 'b', 'cloister.dev/role': 'analyst', 'cloister.dev/sandbox': 'agent' },
  },
  spec: { serviceAccountName: 'cloister-s-agent' },
  status: {
    phase: 'Running',
    podIPs: [{ ip: '10.244.1.5' }, { ip: '2001:DB8:0::5' }],
    hostIPs: [{ ip: '192.0.2.10' }],
  },
};

test('of a pod only its name, its addresses, those of its node and what it is are kept', () => {
  expect(keepPod(POD)).toEqual({
    metadata: METADATA,
    addresses: ['10.244.1.5', '2001:db8::5'],
    endingAddresses: [],
    nodeAddresses: ['192.0.2.10'],
    role: 'analyst',
    sandbox: 'agent',
    isContained: false,
    serviceAccount: 'cloister-s-agent',
  });
});

test('a pod that says nothing of itself has no role, no sandbox and the default ServiceAccount', () => {
  expect(keepPod({ metadata: METADATA })).toMatchObject({
    role: null,
    sandbox: null,
    isContained: false,
    serviceAccount: 'default',
  });
});

test('a pod that is being deleted still has its addresses, until it has ended', () => {
  const metadata = { ...METADATA, deletionTimestamp: '2026-11-28T00:00:00Z' };
  expect(keepPod({ ...POD, metadata }).endingAddresses).toEqual(['10.244.1.5', '2001:db8::5']);
  const ended = { ...POD, metadata, status: { ...POD.status, phase: 'Failed' } };
  expect(keepPod(ended).endingAddresses).toEqual([]);
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
