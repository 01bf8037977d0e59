import { expect, test } from 'vitest';
import { createDecideAddresses, createDecideServiceAddresses } from '../../src/gateway/denied-addresses.ts';
import type { KnownPod } from '../../src/gateway/known-pod.ts';
import { parseIPBlock } from '../../src/lib/ip-block.ts';
import { parseClusterFacts } from '../../src/policy/gate/cluster-facts.ts';
import { parseServiceFacts } from '../../src/policy/gate/service-facts.ts';
import { buildGateFacts } from '../build/gate-facts.ts';

const ENDPOINT = { name: 'api-server-endpoint', address: '5.10.0.1', port: 443, protocol: 'TCP' } as const;
const OUTSIDE = { name: 'outside', address: '1.1.1.1', port: 443, protocol: 'TCP' } as const;

function decide(cluster: string | undefined) {
  return createDecideAddresses({
    facts: () => ({ facts: buildGateFacts({ targets: [ENDPOINT, OUTSIDE] }) }),
    cluster: () => parseClusterFacts(cluster),
    pods: { list: () => [{ nodeAddresses: ['5.11.0.1'] } as unknown as KnownPod], onChange: () => {} },
    blocks: [parseIPBlock('5.12.0.0/16')!],
  });
}

const TOLD = JSON.stringify({ format: 1, blocks: ['5.9.0.0/16', '2a01:4f8::/64'] });

test.for([
  ['a pod, a Service or a node, as the operator tells', '5.9.200.1'],
  ['one of these in IPv6', '2a01:4f8::7'],
  ['the API server', '5.10.0.1'],
  ['the node of a pod of the tenant', '5.11.0.1'],
  ['a block of the command line', '5.12.0.1'],
] as const)('a public address of %s is refused', ([, address]) => {
  expect(decide(TOLD)([address])).toMatchObject({ effect: 'Deny', reason: 'AddressNotAllowed' });
  expect(decide(TOLD)(['1.1.1.1', address])).toMatchObject({ effect: 'Deny' });
});

test('an address that is none of the cluster is allowed', () => {
  expect(decide(TOLD)(['1.1.1.1', '2a01:4f8:0:1::7'])).toMatchObject({ effect: 'Allow' });
});

test('nothing is allowed while the addresses of the cluster are not known', () => {
  expect(decide(undefined)(['1.1.1.1'])).toMatchObject({ effect: 'Deny', reason: 'NotReady' });
});

function decideService(services: string | undefined) {
  return createDecideServiceAddresses({
    facts: () => ({ facts: buildGateFacts({ targets: [ENDPOINT, OUTSIDE] }) }),
    services: () => parseServiceFacts(services),
    pods: { list: () => [{ nodeAddresses: ['5.11.0.1'] } as unknown as KnownPod], onChange: () => {} },
    blocks: [parseIPBlock('5.12.0.0/16')!],
  });
}

const TOLD_OF_SERVICES = JSON.stringify({
  format: 1,
  denied: ['192.168.1.7/32', 'fd12::30/128'],
  services: [],
});

test.for([
  ['a node, Vault or Cloister, as the operator tells', '192.168.1.7'],
  ['one of these in IPv6', 'fd12::30'],
  ['the API server', '5.10.0.1'],
  ['the node of a pod of the tenant', '5.11.0.1'],
  ['a block of the command line', '5.12.0.1'],
  ['metadata of a cloud', '169.254.169.254'],
] as const)('a Service at an address of %s is refused', ([, address]) => {
  const decided = decideService(TOLD_OF_SERVICES);
  expect(decided(['10.244.1.7'])).toMatchObject({ effect: 'Allow' });
  expect(decided(['10.244.1.7', address])).toMatchObject({ effect: 'Deny', reason: 'AddressNotAllowed' });
});

test.for([
  ['another format', { format: 2, denied: [], services: [] }],
  ['no block', { format: 1, denied: ['10.0.0.0'], services: [] }],
  ['nothing of where no Service may be', { format: 1, services: [] }],
] as const)('no Service is allowed where what is told has %s', ([, told]) => {
  expect(decideService(JSON.stringify(told))(['10.244.1.7'])).toMatchObject({ reason: 'NotReady' });
});
