import { BlockList, isIP } from 'node:net';

/** A block of addresses of one family, or several of them. */
export interface IPBlock {
  /** Whether the block has the address. False for a text that is no address. */
  has(address: string): boolean;
}

// The digits of a length have no sign and no leading zero.
const CIDR = /^([^/%]+)\/(0|[1-9]\d{0,2})$/;
const IPV4_MAPPED = new BlockList();
IPV4_MAPPED.addSubnet('::ffff:0:0', 96, 'ipv6');

/**
 * Reads a block in CIDR notation; null where the text is none. Bits behind the prefix say nothing. Octets with leading zeros
 * and IPv4-mapped IPv6 are refused: programs that read them disagree on what they mean (KEP-4858).
 */
export function parseIPBlock(text: string): IPBlock | null {
  return parseIPBlocks([text]);
}

/** Reads many blocks as one that has the addresses of all of them; null where one of the texts is none. */
export function parseIPBlocks(texts: readonly string[]): IPBlock | null {
  // A BlockList finds an IPv4 address in ::/0, where no packet of IPv4 is.
  const lists = { 4: new BlockList(), 6: new BlockList() };
  for (const text of texts) {
    const [, network = '', length = ''] = CIDR.exec(text) ?? [];
    const version = isIP(network);
    const prefix = Number(length);
    if ((version !== 4 && version !== 6) || prefix > (version === 6 ? 128 : 32)) return null;
    if (version === 6 && IPV4_MAPPED.check(network, 'ipv6')) return null;
    lists[version].addSubnet(network, prefix, familyName(version));
  }
  return {
    has: (address) => {
      const version = trafficVersion(address);
      return (version === 4 || version === 6) && lists[version].check(address, familyName(isIP(address)));
    },
  };
}

/** The version of the packets that go to an address; 0 for a text that is none. */
function trafficVersion(address: string): number {
  const version = isIP(address);
  return version === 6 && IPV4_MAPPED.check(address, 'ipv6') ? 4 : version;
}

function familyName(version: number): 'ipv4' | 'ipv6' {
  return version === 6 ? 'ipv6' : 'ipv4';
}
