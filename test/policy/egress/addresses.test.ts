import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIPBlock } from '../../../src/lib/ip-block.ts';
import { type AddressClass, classifyAddress } from '../../../src/policy/egress/classify-address.ts';
import { decideAddresses } from '../../../src/policy/egress/decide-addresses.ts';

describe('an address', () => {
  test.for<[string, AddressClass]>([
    ['1.1.1.1', 'Public'],
    ['8.8.8.8', 'Public'],
    ['140.82.121.4', 'Public'],
    ['223.255.255.255', 'Public'],
    ['2606:4700:4700::1111', 'Public'],
    ['2A00:1450:4001:82B::200E', 'Public'],
    ['2000::1', 'Public'],
    ['3ffe::1', 'Public'],
    ['2001:200::1', 'Public'],
    // Cloud metadata.
    ['169.254.169.254', 'Special'],
    ['fd00:ec2::254', 'Special'],
    ['100.100.100.200', 'Special'],
    ['192.0.0.192', 'Special'],
    ['168.63.129.16', 'Platform'],
    ['::ffff:168.63.129.16', 'Embedding'],
    // IPv4 inside of IPv6, in each form, also where the address inside is public.
    ['::127.0.0.1', 'Embedding'],
    ['::8.8.8.8', 'Embedding'],
    ['::ffff:127.0.0.1', 'Embedding'],
    ['::ffff:7f00:1', 'Embedding'],
    ['::ffff:169.254.169.254', 'Embedding'],
    ['::ffff:8.8.8.8', 'Embedding'],
    ['0:0:0:0:0:ffff:808:808', 'Embedding'],
    ['::ffff:0:127.0.0.1', 'Embedding'],
    ['64:ff9b::7f00:1', 'Embedding'],
    ['64:ff9b::808:808', 'Embedding'],
    ['64:ff9b:1::1', 'Embedding'],
    ['64:ff9b:1:ffff::a9fe:a9fe', 'Embedding'],
    ['2002:7f00:1::', 'Embedding'],
    ['2002:808:808::1', 'Embedding'],
    ['2001::1', 'Embedding'],
    ['2001:0:53aa:64c::', 'Embedding'],
    // Outside of 2000::/3.
    ['::', 'Special'],
    ['::1', 'Special'],
    ['1::1', 'Special'],
    ['1fff:ffff::1', 'Special'],
    ['4000::1', 'Special'],
    ['8000::1', 'Special'],
    ['100::1', 'Special'],
    ['100:0:0:1::1', 'Special'],
    ['5f00::1', 'Special'],
    ['fc00::1', 'Special'],
    ['fe80::1', 'Special'],
    ['fec0::1', 'Special'],
    ['feff::1', 'Special'],
    ['ff02::1', 'Special'],
    ['ff0e::1', 'Special'],
    // Texts that only some programs read as addresses.
    ['', 'NotAnAddress'],
    ['127.1', 'NotAnAddress'],
    ['2130706433', 'NotAnAddress'],
    ['0x7f.0.0.1', 'NotAnAddress'],
    ['0177.0.0.1', 'NotAnAddress'],
    ['010.8.8.8', 'NotAnAddress'],
    ['1.1.1.1 ', 'NotAnAddress'],
    ['1.1.1.1/32', 'NotAnAddress'],
    ['[2606:4700:4700::1111]', 'NotAnAddress'],
    ['fe80::1%eth0', 'NotAnAddress'],
    ['2606:4700:4700::1111%1', 'NotAnAddress'],
    ['example.com', 'NotAnAddress'],
  ])('%s is %s', ([address, kind]) => {
    expect(classifyAddress(address)).toBe(kind);
  });

  // https://www.iana.org/assignments/iana-ipv4-special-registry, .../iana-ipv6-special-registry, and multicast.
  test.for([
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.0.0.0/29',
    '192.0.0.8/32',
    '192.0.0.9/32',
    '192.0.0.10/32',
    '192.0.0.170/31',
    '192.0.2.0/24',
    '192.31.196.0/24',
    '192.52.193.0/24',
    '192.88.99.0/24',
    '192.88.99.2/32',
    '192.168.0.0/16',
    '192.175.48.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/4',
    '240.0.0.0/4',
    '255.255.255.255/32',
    '::/128',
    '::1/128',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '100::/64',
    '100:0:0:1::/64',
    '2001::/23',
    '2001::/32',
    '2001:1::1/128',
    '2001:1::2/128',
    '2001:1::3/128',
    '2001:2::/48',
    '2001:3::/32',
    '2001:4:112::/48',
    '2001:10::/28',
    '2001:20::/28',
    '2001:30::/28',
    '2001:db8::/32',
    '2002::/16',
    '2620:4f:8000::/48',
    '3fff::/20',
    '5f00::/16',
    'fc00::/7',
    'fe80::/10',
    'ff00::/8',
  ])('of the special-purpose block %s is not public, from the first to the last', (text) => {
    for (const address of endsOf(text))
      expect(`${address} ${classifyAddress(address)}`).not.toContain('Public');
  });

  test('that is public is outside of every private block, and inside of 2000::/3 where it is IPv6', () => {
    const bad = [
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '127.0.0.0/8',
      '169.254.0.0/16',
      '100.64.0.0/10',
    ];
    const blocks = bad.map((text) => parseIPBlock(text)!);
    const unicast = parseIPBlock('2000::/3')!;
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        fc.pre(classifyAddress(address) === 'Public');
        expect(blocks.some((one) => one.has(address))).toBe(false);
        expect(address.includes(':')).toBe(unicast.has(address));
      }),
      { numRuns: 2000 },
    );
  });

  test('of IPv4 is refused in each form that IPv6 has for it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const [high, low] = [a * 256 + b, c * 256 + d].map((part) => part.toString(16));
        const forms = [
          `::ffff:${address}`,
          `::${address}`,
          `64:ff9b::${address}`,
          `64:ff9b:1::${address}`,
          `2002:${high}:${low}::1`,
          `2001:0:${high}:${low}::1`,
        ];
        for (const form of forms) expect(classifyAddress(form)).not.toBe('Public');
      }),
    );
  });
});

/** The first and the last address of a block. */
function endsOf(text: string): readonly [string, string] {
  const [network = '', length = ''] = text.split('/');
  const version = network.includes(':') ? 6 : 4;
  const [first, bits] = version === 4 ? [number4(network), 32] : [number6(network), 128];
  const last = first | ((1n << BigInt(bits - Number(length))) - 1n);
  return [network, version === 4 ? text4(last) : text6(last)];
}

const number4 = (text: string): bigint =>
  text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
const text4 = (number: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join('.');
function number6(text: string): bigint {
  const [head = '', tail = ''] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => '0');
  return [...groups(head), ...zeros, ...groups(tail)].reduce(
    (sum, part) => sum * 65_536n + BigInt(`0x${part}`),
    0n,
  );
}
const text6 = (number: bigint): string =>
  Array.from({ length: 8 }, (_, index) => ((number >> BigInt(112 - index * 16)) & 65_535n).toString(16)).join(
    ':',
  );

describe('the addresses of a host', () => {
  const denied = [parseIPBlock('140.82.112.0/20')!, parseIPBlock('2606:4700::/32')!];

  test.for<[string, readonly string[]]>([
    ['one public one', ['1.1.1.1']],
    ['public ones of both families', ['1.1.1.1', '2a00:1450:4001:82b::200e']],
  ])('are allowed: %s', ([, addresses]) => {
    expect(decideAddresses(addresses, denied)).toMatchObject({ effect: 'Allow' });
  });

  test.for<[string, readonly string[], readonly string[]]>([
    ['none', [], ['not set']],
    ['one that is not public', ['10.0.0.1'], ['"10.0.0.1"']],
    ['one public and one that is not', ['1.1.1.1', '169.254.169.254'], ['"169.254.169.254"']],
    ['one in a denied block', ['140.82.121.4'], ['"140.82.121.4"']],
    ['one public and one in a denied block', ['1.1.1.1', '2606:4700:4700::1111'], ['"2606:4700:4700::1111"']],
    ['a text that is no address', ['1.1.1.1', 'localhost'], ['"localhost"']],
  ])('are denied: %s', ([, addresses, found]) => {
    expect(decideAddresses(addresses, denied)).toMatchObject({
      effect: 'Deny',
      reason: 'AddressNotAllowed',
      violations: found.map((text) => ({ found: text })),
    });
  });

  test('are denied as soon as one of them alone would be', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { minLength: 1, maxLength: 5 }), (addresses) => {
        const alone = addresses.every((address) => decideAddresses([address], denied).effect === 'Allow');
        expect(decideAddresses(addresses, denied).effect === 'Allow').toBe(alone);
      }),
    );
  });
});
