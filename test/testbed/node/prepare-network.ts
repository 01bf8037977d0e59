import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { orThrow, runCommand } from '../run-command.ts';
import {
  BLACKHOLE_NETWORK,
  DECOY_ADDRESSES,
  INTERNET_ADDRESS,
  NODE_ADDRESS,
  POD_NETWORK,
  PUBLIC_ADDRESSES,
} from './node-network.ts';

/** The network namespace that plays the internet. */
export const INTERNET_NAMESPACE = 'ext';

/**
 * Lays the node's network inside its namespaces: a link to a second network namespace that has the public addresses,
 * the decoys and the blackhole. Nothing leaves the machine. Pods keep their addresses, so that it is seen who got out.
 */
export async function prepareNetwork({
  linkLocalGuard,
}: {
  readonly linkLocalGuard: boolean;
}): Promise<void> {
  await setSysctls();
  const internet = ['-n', INTERNET_NAMESPACE];
  const commands = [
    ['link', 'set', 'lo', 'up'],
    ['netns', 'add', INTERNET_NAMESPACE],
    ['link', 'add', 'node0', 'type', 'veth', 'peer', 'name', 'ext0', 'netns', INTERNET_NAMESPACE],
    ['address', 'add', `${NODE_ADDRESS}/24`, 'dev', 'node0'],
    ['link', 'set', 'node0', 'up'],
    ['route', 'add', 'default', 'via', INTERNET_ADDRESS],
    [...internet, 'link', 'set', 'lo', 'up'],
    [...internet, 'address', 'add', `${INTERNET_ADDRESS}/24`, 'dev', 'ext0'],
    [...internet, 'link', 'set', 'ext0', 'up'],
    [...internet, 'route', 'add', POD_NETWORK, 'via', NODE_ADDRESS],
    [...internet, 'route', 'add', 'blackhole', BLACKHOLE_NETWORK],
    ...[...PUBLIC_ADDRESSES, ...DECOY_ADDRESSES].map((address) => [
      ...internet,
      'address',
      'add',
      `${address}/32`,
      'dev',
      'lo',
    ]),
  ];
  for (const args of commands) await run('ip', args);
  if (linkLocalGuard) await run('nft', ['-f', '-'], guard);
}

async function run(program: string, args: readonly string[], input = ''): Promise<void> {
  const environment = { PATH: process.env['PATH'] ?? '' };
  await orThrow(`${program} ${args.join(' ')}`, runCommand({ program, args, environment, input }));
}

async function setSysctls(): Promise<void> {
  // Each of them belongs to the network namespace.
  const sysctls = ['ipv4/ip_forward', 'bridge/bridge-nf-call-iptables', 'bridge/bridge-nf-call-ip6tables'];
  for (const path of sysctls.map((name) => `/proc/sys/net/${name}`)) {
    if (existsSync(path)) await writeFile(path, '1');
  }
}

/** Family and name of the table that keeps pods from the node's link-local addresses. */
export const LINK_LOCAL_GUARD = ['ip6', 'guard'] as const;

// NetworkPolicies are enforced by the pod's address, and its link-local address is in none of the rules: without this
// every pod reaches the node's kubelet and API server by fe80::…%eth0.
const guard = `table ${LINK_LOCAL_GUARD.join(' ')} {
  chain in {
    type filter hook input priority -10;
    iifname "veth*" ip6 saddr fe80::/10 icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept;
    iifname "veth*" ip6 saddr fe80::/10 drop;
  }
}
`;
