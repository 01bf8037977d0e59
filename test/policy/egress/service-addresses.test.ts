import { expect, test } from 'vitest';
import { parseIPBlock } from '../../../src/lib/ip-block.ts';
import { decideServiceAddresses } from '../../../src/policy/egress/decide-service-addresses.ts';

const node = parseIPBlock('192.0.2.10/32')!;
const effectOf = (...addresses: readonly string[]) => decideServiceAddresses(addresses, [node]).effect;

test.for(['10.96.0.20', '172.20.1.1', '100.64.0.5', 'fd12::5', '93.184.216.34'])(
  'a Service may be at %s',
  (address) => {
    expect(effectOf(address)).toBe('Allow');
  },
);

test.for([
  '127.0.0.1',
  '::1',
  '0.0.0.0',
  '::',
  '169.254.169.254',
  'fe80::1',
  'fd00:ec2::254',
  '100.100.100.200',
  '168.63.129.16',
  '::ffff:127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '224.0.0.1',
  'ff02::1',
  '255.255.255.255',
  '192.0.2.10',
  '010.96.0.20',
  'service.example',
])('a Service is never at %s', (address) => {
  expect([effectOf(address), effectOf('10.96.0.20', address)]).toEqual(['Deny', 'Deny']);
});

test('a Service without an address is refused', () => {
  expect(effectOf()).toBe('Deny');
});
