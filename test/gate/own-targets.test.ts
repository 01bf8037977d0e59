import { expect, test } from 'vitest';
import { isIpv6Unsettled, ownTargets } from '../../src/gate/own-targets.ts';
import { NO_TABLES } from './use-gate.ts';

const ROUTES = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0100F40A	0003	0	0	0	00000000	0	0	0
eth0	0000F40A	0100F40A	0003	0	0	0	00FFFFFF	0	0	0
eth0	0100F40A	00000000	0005	0	0	0	FFFFFFFF	0	0	0
`;
const IPV6_ROUTES = `fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000000 00000000 00000003     eth0
20010db8000000000000000000000000 40 00000000000000000000000000000000 00 20010db8000000000000000000000001 00000400 00000000 00000000 00000003     eth0
`;
const NEIGHBOURS = `IP address       HW type     Flags       HW address            Mask     Device
10.244.0.1       0x1         0x2         9e:04:ab:00:7f:01     *        eth0
10.244.0.7       0x1         0x0         00:00:00:00:00:00     *        eth0
169.254.1.1      0x1         0x6         ee:ee:ee:ee:ee:ee     *        eth1
`;

const asText = (tables: { routes?: string; ipv6Routes?: string; neighbours?: string }): readonly string[] =>
  ownTargets({ ...NO_TABLES, ...tables }).map(
    ({ name, address, port, protocol }) => `${name} ${address} ${port} ${protocol}`,
  );

const ALWAYS = [
  'metadata 169.254.169.254 80 TCP',
  'metadata fd00:ec2::254 80 TCP',
  'node-local-dns 169.254.20.10 53 TCP',
  'node-local-dns 169.254.20.10 53 UDP',
];

const nodePorts = (name: string, address: string): readonly string[] => [
  `${name}-dns ${address} 53 TCP`,
  `${name}-dns ${address} 53 UDP`,
  `${name}-kubelet ${address} 10250 TCP`,
  `${name}-api-server ${address} 6443 TCP`,
];

test('metadata and node-local DNS are tried in a pod without routes', () => {
  expect(asText({})).toEqual(ALWAYS);
});

test.for<[name: string, flags: string, expected: boolean]>([
  ['an address that is looked up still is tentative', 'c0', true],
  ['an address that is settled is not', '80', false],
  ['an address that another machine has will never be used', 'c8', false],
])('%s', ([, flags, expected]) => {
  const lines = [
    '0'.repeat(31) + '1 01 80 10 80       lo',
    `fe80${'0'.repeat(27)}2 02 40 20 ${flags}     eth0`,
  ];
  expect(isIpv6Unsettled({ ...NO_TABLES, ipv6Addresses: `${lines.join('\n')}\n` })).toBe(expected);
});

test('without IPv6 no address is tentative', () => {
  expect(isIpv6Unsettled({ ...NO_TABLES, routes: ROUTES })).toBe(false);
});

test.for<[name: string, interfaces: string[], addresses: string, expected: boolean]>([
  ['an interface with a route that has no address yet is waited for', ['all', 'eth0'], '', true],
  ['one that has its address is not', ['all', 'eth0'], `fe80${'0'.repeat(27)}2 02 40 20 80     eth0`, false],
  ['one that makes itself no address is not', ['all'], '', false],
  ['one without a route is not', ['all', 'ip6tnl0'], '', false],
])('%s', ([, ipv6Interfaces, ipv6Addresses, expected]) => {
  expect(isIpv6Unsettled({ ...NO_TABLES, routes: ROUTES, ipv6Interfaces, ipv6Addresses })).toBe(expected);
});

test('the router is tried once, whatever the number of its routes', () => {
  expect(asText({ routes: ROUTES })).toEqual([...ALWAYS, ...nodePorts('router', '10.244.0.1')]);
});

test('routers of IPv6 are tried, at a link-local address with the interface', () => {
  expect(asText({ ipv6Routes: IPV6_ROUTES })).toEqual([
    ...ALWAYS,
    ...nodePorts('router', 'fe80:0:0:0:0:0:0:1%eth0'),
    ...nodePorts('router', '2001:db8:0:0:0:0:0:1'),
  ]);
});

test('known neighbours are tried at the link-local address of their hardware address', () => {
  expect(asText({ neighbours: NEIGHBOURS })).toEqual([
    ...ALWAYS,
    ...nodePorts('neighbour', 'fe80::9c04:abff:fe00:7f01%eth0'),
    ...nodePorts('neighbour', 'fe80::ecee:eeff:feee:eeee%eth1'),
  ]);
});

test('ports of routers and neighbours count as those of the own node, and nothing else does', () => {
  const targets = ownTargets({
    ...NO_TABLES,
    routes: ROUTES,
    ipv6Routes: IPV6_ROUTES,
    neighbours: NEIGHBOURS,
  });
  const marked = targets.filter(({ onOwnNode }) => onOwnNode === true);
  expect(targets.slice(0, ALWAYS.length).every((target) => !('onOwnNode' in target))).toBe(true);
  expect(marked).toHaveLength(targets.length - ALWAYS.length);
});

test('at most 32 neighbours are tried', () => {
  const lines = Array.from({ length: 500 }, (_, index) => {
    const last = [index >> 8, index & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    return `10.244.${index >> 8}.${index & 255} 0x1 0x2 02:00:00:00:${last} * eth0`;
  });
  const targets = asText({ neighbours: ['heading', ...lines].join('\n') });
  expect(targets).toHaveLength(ALWAYS.length + 32 * 4);
});
