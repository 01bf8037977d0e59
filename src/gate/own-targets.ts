import { type GateTarget, nodeTargets } from '../lib/gate-protocol.ts';

/** The texts of the kernel's tables. */
export interface NetworkTables {
  /** `/proc/net/route`: IPv4 routes. */
  readonly routes: string;
  /** `/proc/net/ipv6_route`; empty where the pod has no IPv6. */
  readonly ipv6Routes: string;
  /** `/proc/net/if_inet6`: the pod's own IPv6 addresses; empty where it has no IPv6. */
  readonly ipv6Addresses: string;
  /** The interfaces that make themselves an IPv6 address, and settings such as `all` that are listed with them. */
  readonly ipv6Interfaces: readonly string[];
  /** `/proc/net/arp`: the IPv4 neighbours that the pod exchanged a packet with. */
  readonly neighbours: string;
}

/** Enough for the router and the pods of one bridge that a pod talked to; each is four targets. */
const MAX_NEIGHBOURS = 32;

const ALWAYS: readonly GateTarget[] = [
  { name: 'metadata', address: '169.254.169.254', port: 80, protocol: 'TCP' },
  { name: 'metadata', address: 'fd00:ec2::254', port: 80, protocol: 'TCP' },
  { name: 'node-local-dns', address: '169.254.20.10', port: 53, protocol: 'TCP' },
  { name: 'node-local-dns', address: '169.254.20.10', port: 53, protocol: 'UDP' },
];

/**
 * Returns what the start gate tries whatever the gateway lists: the metadata services, node-local DNS, the pod's routers, and
 * the link-local IPv6 addresses of its routers and neighbours. Policy engines match the address of a pod, so some leave
 * link-local IPv6 open even where the cluster has only IPv4.
 */
export function ownTargets(tables: NetworkTables): readonly GateTarget[] {
  const routers = new Set([...listRouters(tables.routes), ...listIpv6Routers(tables.ipv6Routes)]);
  const neighbours = new Set(listLinkLocalNeighbours(tables.neighbours));
  // A router is not always the node, but the gate cannot tell: where ports of the node are reported, so are these.
  return [
    ...ALWAYS,
    ...[...routers].slice(0, MAX_NEIGHBOURS).flatMap((address) => nodeTargets('router', address)),
    ...[...neighbours].slice(0, MAX_NEIGHBOURS).flatMap((address) => nodeTargets('neighbour', address)),
  ];
}

/** Returns the gateways of the IPv4 routes. */
export function listRouters(routes: string): readonly string[] {
  // Iface Destination Gateway …: eight hexadecimal digits in the machine's byte order, which is little-endian on x86-64 and arm64.
  return rows(routes).flatMap(([, , gateway = '']) => {
    if (!/^[0-9A-F]{8}$/i.test(gateway) || gateway === '00000000') return [];
    return pairs(gateway)
      .reverse()
      .map((pair) => Number.parseInt(pair, 16))
      .join('.');
  });
}

/** The kernel still looks for another owner of the address, and gives up on one that it found (RFC 4862, section 5.4). */
const TENTATIVE = 0x40;
const DUPLICATE = 0x08;

/**
 * Whether an interface of the pod with an IPv4 route has no IPv6 address yet, or one that it cannot send from yet. For the
 * first second or two that is so, and what the pod will reach looks closed. Other interfaces, such as the tunnels that each
 * network namespace is born with, are down and stay without one.
 */
export function isIpv6Unsettled({ routes, ipv6Addresses, ipv6Interfaces }: NetworkTables): boolean {
  // address interface-index prefix-length scope flags interface, the numbers in hexadecimal; this table has no heading.
  const addresses = ipv6Addresses.split('\n').map((line) => line.trim().split(/\s+/));
  const isTentative = addresses.some(([, , , , digits = '']) => {
    const flags = Number.parseInt(digits, 16);
    return (flags & TENTATIVE) !== 0 && (flags & DUPLICATE) === 0;
  });
  const addressed = new Set(addresses.map((fields) => fields.at(-1)));
  const routed = rows(routes).map(([name = '']) => name);
  return isTentative || routed.some((name) => ipv6Interfaces.includes(name) && !addressed.has(name));
}

/** Returns the next hops of the IPv6 routes, link-local ones with their interface. */
function listIpv6Routers(ipv6Routes: string): readonly string[] {
  // destination length source length next-hop metric references use flags interface; this table has no heading.
  return ipv6Routes.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, , , , nextHop = ''] = fields;
    if (!/^[0-9a-f]{32}$/.test(nextHop) || /^0+$/.test(nextHop)) return [];
    const address = ipv6Groups(nextHop);
    return nextHop.startsWith('fe8') ? `${address}%${fields.at(-1)}` : address;
  });
}

/** Returns the link-local addresses that RFC 4291, appendix A, makes of the neighbours' hardware addresses. */
function listLinkLocalNeighbours(neighbours: string): readonly string[] {
  // IP-address HW-type Flags HW-address Mask Device. Flag 0x2: the hardware address is known.
  return rows(neighbours).flatMap(([, , flags = '', hardware = '', , device]) => {
    const isKnown = (Number.parseInt(flags, 16) & 2) !== 0;
    if (!isKnown || !/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(hardware) || device === undefined) return [];
    return `${linkLocal(hardware)}%${device}`;
  });
}

function linkLocal(hardware: string): string {
  const [first = 0, second, third, ...rest] = hardware.split(':').map((pair) => Number.parseInt(pair, 16));
  const bytes = [first ^ 2, second, third, 0xff, 0xfe, ...rest];
  return `fe80::${ipv6Groups(bytes.map((byte = 0) => byte.toString(16).padStart(2, '0')).join(''))}`;
}

/** Writes hexadecimal digits as groups of an IPv6 address, without leading zeros. */
function ipv6Groups(digits: string): string {
  return (digits.match(/.{4}/g) ?? []).map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}

/** Returns the fields of each line below the heading. */
function rows(table: string): readonly (readonly string[])[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
}

function pairs(text: string): string[] {
  return text.match(/../g) ?? [];
}
