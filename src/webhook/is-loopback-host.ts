import { isIPv4 } from 'node:net';

/** Whether a name or address is this host itself, as the API server tells it of a webhook's URL (`isLocalHost`). */
export function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
