import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../../lib/ip-address.ts';

/**
 * What an address is. `Embedding`: it carries an IPv4 address, which a translator would reach. `Platform`: a cloud's own
 * service at a public address. `Special`: in a registry of special-purpose addresses, multicast, or given to nobody.
 */
export type AddressClass = 'Public' | 'Special' | 'Embedding' | 'Platform' | 'NotAnAddress';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Block = [Address, number];

const block = (text: string): Block => ipaddr.parseCIDR(text);

/** The wire server of Azure, which gives out credentials and is in no registry. */
const PLATFORM = [block('168.63.129.16/32')];

/** Of IPv6, IANA has given out nothing else for unicast (RFC 4291, "IPv6 Global Unicast Address Assignments"). */
const GLOBAL_UNICAST = block('2000::/3');

/** Blocks whose addresses carry one of IPv4: compatible, mapped, translated, NAT64, 6to4 and Teredo. */
const EMBEDDING = [
  '::/96',
  '::ffff:0:0/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
  '2001::/32',
].map(block);

/**
 * The IANA special-purpose registries of IPv4 and IPv6 (RFC 6890), also the blocks that they call globally reachable: none
 * of them is the address of a host that an agent has business with. The blocks outside 2000::/3 are not repeated.
 */
const SPECIAL = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  '2620:4f:8000::/48',
  '3fff::/20',
].map(block);

/** Classifies an address as a resolver gave it. A text with a zone, or in a form other than the usual ones, is none. */
export function classifyAddress(text: string): AddressClass {
  // ipaddr.js reads octal, hexadecimal and shortened IPv4 as well; this is what holds these off.
  if (canonicalAddress(text) === null) return 'NotAnAddress';
  const address = ipaddr.parse(text);
  const isIn = (blocks: readonly Block[]): boolean => blocks.some((one) => contains(one, address));
  const range = address.range();
  if (range === 'loopback' || range === 'unspecified') return 'Special';
  if (isIn(EMBEDDING)) return 'Embedding';
  if (isIn(PLATFORM)) return 'Platform';
  const isGlobal = address.kind() === 'ipv4' || contains(GLOBAL_UNICAST, address);
  return isGlobal && !isIn(SPECIAL) && range === 'unicast' ? 'Public' : 'Special';
}

function contains([network, prefix]: Block, address: Address): boolean {
  return network.kind() === address.kind() && address.match([network, prefix] as never);
}

/** Whether no address of a block is public, so that none is connected to anyway. `text` is a block in CIDR notation. */
export function isNeverPublic(text: string): boolean {
  const [network, prefix] = block(text);
  const isInside = (one: Block): boolean => one[1] <= prefix && contains(one, network);
  if ([...EMBEDDING, ...PLATFORM, ...SPECIAL].some(isInside)) return true;
  return network.kind() === 'ipv6' && prefix >= GLOBAL_UNICAST[1] && !isInside(GLOBAL_UNICAST);
}
