import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NetworkTables } from './own-targets.ts';

const IPV6_SETTINGS = '/proc/sys/net/ipv6/conf';
/** `addr_gen_mode` of an interface that makes no link-local address. */
const NO_ADDRESS = '1';

/** Reads what the kernel says of the pod's network. What a pod without IPv6 lacks is empty. */
export async function readTables(): Promise<NetworkTables> {
  return {
    routes: await readFile('/proc/net/route', 'utf8'),
    ipv6Routes: await readFile('/proc/net/ipv6_route', 'utf8').catch(() => ''),
    ipv6Addresses: await readFile('/proc/net/if_inet6', 'utf8').catch(() => ''),
    ipv6Interfaces: await readIpv6Interfaces(),
    neighbours: await readFile('/proc/net/arp', 'utf8'),
  };
}

async function readIpv6Interfaces(): Promise<readonly string[]> {
  const names = await readdir(IPV6_SETTINGS).catch(() => []);
  const isUsed = await Promise.all(
    names.map(async (name) => {
      const read = (setting: string) =>
        readFile(join(IPV6_SETTINGS, name, setting), 'utf8').then((text) => text.trim());
      return (await read('disable_ipv6')) === '0' && (await read('addr_gen_mode')) !== NO_ADDRESS;
    }),
  );
  return names.filter((_, index) => isUsed[index]);
}
