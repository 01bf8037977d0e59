import { isIPv4 } from 'node:net';

/** How an IPv4 address is told where a socket listens on both (RFC 4291 §2.5.5.2). */
const MAPPED = '::ffff:';

/** Whether a name or address is this host itself, as the API server tells it of a webhook's URL (`isLocalHost`). */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase();
  const address = name.startsWith(MAPPED) ? name.slice(MAPPED.length) : name;
  return name === 'localhost' || name === '::1' || (isIPv4(address) && address.startsWith('127.'));
}
