import { expect, test } from 'vitest';
import { canonicalAddress } from '../../src/lib/ip-address.ts';

test.for([
  ['an IPv4 address', '10.0.0.1', '10.0.0.1'],
  ['an IPv4-mapped address', '::ffff:10.0.0.1', '10.0.0.1'],
  ['an IPv4-mapped address in hexadecimal', '::FFFF:0a00:0001', '10.0.0.1'],
  ['an IPv4-mapped address in full', '0:0:0:0:0:ffff:10.0.0.1', '10.0.0.1'],
  ['a long IPv6 address', '2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  ['a short IPv6 address', '2001:db8::1', '2001:db8::1'],
  ['an IPv4-compatible address, which is not mapped', '::10.0.0.1', '::10.0.0.1'],
] as const)('%s has one text', ([, text, canonical]) => expect(canonicalAddress(text)).toBe(canonical));

test.for(['', 'fe80::1%eth0', '10.0.0', '010.0.0.1', '10.0.0.1/32', '10.0.0.1 ', 'localhost', '[::1]'])(
  '"%s" is no address that tells a pod',
  (text) => expect(canonicalAddress(text)).toBeNull(),
);
