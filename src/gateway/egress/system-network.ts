import { promises as dns } from 'node:dns';
import { createConnection, isIP, type Socket } from 'node:net';
import { unlessAborted } from '../../lib/unless-aborted.ts';
import { mergeAnswers } from './merge-answers.ts';
import type { Network } from './network.ts';

export interface SystemNetworkOptions {
  /** Addresses of DNS servers, with a port where it is not 53. Those of resolv.conf where it is not set. */
  readonly dnsServers?: readonly string[];
}

/** For each server and try; the library doubles it with each try. */
const DNS_MILLISECONDS = 1_500;
const DNS_TRIES = 2;

/** The real network. */
export function createSystemNetwork({ dnsServers }: SystemNetworkOptions = {}): Network {
  // It asks the servers itself. getaddrinfo would try search domains and /etc/hosts, and read "0x7f.1" as an address.
  const resolver = new dns.Resolver({ timeout: DNS_MILLISECONDS, tries: DNS_TRIES });
  if (dnsServers !== undefined) resolver.setServers(dnsServers);
  return {
    resolve: (name, signal) => {
      const absolute = `${name}.`;
      return unlessAborted(mergeAnswers([resolver.resolve6(absolute), resolver.resolve4(absolute)]), signal);
    },
    dial: dialAddress,
  };
}

async function dialAddress(address: string, port: number, signal: AbortSignal): Promise<Socket> {
  // Node would resolve a name here, and what it found would have been decided by nobody.
  if (isIP(address) === 0) throw new Error(`"${address}" is not an IP address`);
  signal.throwIfAborted();
  const socket = createConnection({
    host: address,
    port,
    noDelay: true,
    keepAlive: true,
    allowHalfOpen: true,
    autoSelectFamily: false,
  });
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const onAbort = (): void => {
    socket.destroy(signal.reason instanceof Error ? signal.reason : new Error('the connection was given up'));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('connect', () => resolve(socket));
  socket.once('error', reject);
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.off('error', reject);
  }
}
