import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseIPBlocks } from '../../../src/lib/ip-block.ts';
import { isNeverPublic } from '../../../src/policy/egress/classify-address.ts';
import { collapseBlocks } from '../../../src/policy/egress/collapse-blocks.ts';

test.for([
  [[], []],
  [['5.0.0.9/8'], ['5.0.0.0/8']],
  [['5.0.0.0/9', '5.128.0.0/9'], ['5.0.0.0/8']],
  [
    ['5.128.0.0/9', '6.0.0.0/9'],
    ['5.128.0.0/9', '6.0.0.0/9'],
  ],
  [['5.1.0.0/16', '5.0.0.0/8', '5.0.0.0/8'], ['5.0.0.0/8']],
  [['5.0.0.0/32', '5.0.0.3/32', '5.0.0.1/32', '5.0.0.2/32'], ['5.0.0.0/30']],
  [
    ['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1'],
    ['0.0.0.0/0', '::/0'],
  ],
  [
    ['2a01:db8:0:1::/64', '5.0.0.1/32', '2A01:DB8::/64'],
    ['5.0.0.1/32', '2a01:db8::/63'],
  ],
] as const)('blocks %j are %j', ([blocks, collapsed]) => {
  expect(collapseBlocks(blocks)).toEqual(collapsed);
});

test('the collapsed blocks have the addresses of the others and no more', () => {
  const octet = fc.integer({ min: 0, max: 7 });
  const address = fc.tuple(octet, octet).map(([third, fourth]) => `5.0.${third}.${fourth}`);
  const block = fc
    .tuple(address, fc.integer({ min: 20, max: 32 }))
    .map(([text, prefix]) => `${text}/${prefix}`);
  fc.assert(
    fc.property(fc.array(block, { maxLength: 12 }), address, (blocks, tried) => {
      const collapsed = collapseBlocks(blocks);
      expect(parseIPBlocks(collapsed)?.has(tried)).toBe(parseIPBlocks(blocks)?.has(tried));
      expect(collapsed.length).toBeLessThanOrEqual(blocks.length);
      expect(collapseBlocks([...blocks].reverse())).toEqual(collapsed);
    }),
  );
});

test.for([
  ['10.244.1.0/24', true],
  ['100.64.0.0/10', true],
  ['100.0.0.0/8', false],
  ['192.168.1.7/32', true],
  ['168.63.129.16/32', true],
  ['5.9.0.7/32', false],
  ['0.0.0.0/0', false],
  ['fd00::/8', true],
  ['fd00::/64', true],
  ['2a01:4f8::/64', false],
  ['2001:db8::/48', true],
  ['2000::/2', false],
  ['::/0', false],
] as const)('that a block %s is never public is %s', ([text, expected]) => {
  expect(isNeverPublic(text)).toBe(expected);
});
