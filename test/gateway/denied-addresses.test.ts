import { expect, test } from 'vitest';
import { createDecideAddresses } from '../../src/gateway/denied-addresses.ts';
import type { KnownPod } from '../../src/gateway/known-pod.ts';
import { parseIPBlock } from '../../src/lib/ip-block.ts';
import { parseClusterFacts } from '../../src/policy/gate/cluster-facts.ts';
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
