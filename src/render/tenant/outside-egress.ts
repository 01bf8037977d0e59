import { parseIPBlock } from '../../lib/ip-block.ts';

/** Blocks that networks use for themselves. What else is no public address, the gateway itself refuses. */
const INSIDE: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '224.0.0.0/3',
];

/** All of IPv4, and of IPv6 what is given out for unicast: no unique local and no link-local address. */
const OUTSIDE = [
  { cidr: '0.0.0.0/0', prefix: 0, except: INSIDE },
  { cidr: '2000::/3', prefix: 3, except: ['2002::/16'] },
] as const;

/**
 * Returns the rule of a NetworkPolicy that opens ports of public addresses. It knows no names, and the addresses that a name
 * has are for the gateway to judge; it stands where the gateway errs. `denied` are further blocks, in CIDR notation.
 */
export function outsideEgress(ports: readonly number[], denied: readonly string[]): object {
  return {
    to: OUTSIDE.flatMap(({ cidr, prefix, except }) => {
      const all = parseIPBlock(cidr);
      const inside = denied.filter((block) => all?.has(addressOf(block)) === true);
      // An exception must be smaller than the block that it is in.
      if (denied.some((block) => isAtLeast(block, cidr, prefix))) return [];
      return { ipBlock: { cidr, except: [...except, ...inside] } };
    }),
    ports: ports.map((port) => ({ protocol: 'TCP', port })),
  };
}

function isAtLeast(block: string, cidr: string, prefix: number): boolean {
  const isLarge = Number(block.split('/')[1]) <= prefix;
  return isLarge && parseIPBlock(block)?.has(addressOf(cidr)) === true;
}

function addressOf(block: string): string {
  return block.split('/')[0] ?? '';
}
