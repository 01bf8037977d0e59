import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIPBlock } from '../../src/lib/ip-block.ts';

describe('parseIPBlock', () => {
  test.for([
    ['0.0.0.0/0', '192.0.2.1', true],
    ['10.0.0.128/25', '10.0.0.128', true],
    ['10.0.0.128/25', '10.0.0.127', false],
    ['10.0.0.5/32', '10.0.0.5', true],
    ['10.0.0.5/32', '10.0.0.4', false],
    ['10.1.2.3/8', '10.255.0.1', true],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['::/0', '2001:db8::1', true],
    ['::1/128', '0:0:0:0:0:0:0:1', true],
    // A packet to an IPv4-mapped address is one of IPv4.
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['::/0', '::ffff:10.0.0.1', false],
    ['::/0', '192.0.2.1', false],
    ['::/64', '192.0.2.1', false],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['0.0.0.0/0', 'example.com', false],
    ['0.0.0.0/0', '', false],
  ] as const)('whether %s has %s: %s', ([block, address, expected]) => {
    expect(parseIPBlock(block)?.has(address)).toBe(expected);
  });

  test.for([
    '',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    ' 10.0.0.0/8',
    '010.0.0.0/8',
    '10.0.0/8',
    '::/129',
    '::ffff:10.0.0.0/104',
    'fe80::1%eth0/64',
    'fe80::1/64%eth0',
    'example.com/8',
  ])('%j is no block', (text) => {
    expect(parseIPBlock(text)).toBeNull();
  });

  test('a block has the addresses that share its first bits', () => {
    const address = fc.nat(2 ** 32 - 1);
    fc.assert(
      fc.property(address, address, fc.nat(32), (network, other, length) => {
        const size = 2 ** (32 - length);
        const isInside = Math.floor(network / size) === Math.floor(other / size);
        expect(parseIPBlock(`${dotted(network)}/${length}`)?.has(dotted(other))).toBe(isInside);
        expect(parseIPBlock(`${dotted(network)}/${length}`)?.has(dotted(network))).toBe(true);
      }),
    );
  });
});

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
