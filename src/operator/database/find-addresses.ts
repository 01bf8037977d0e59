import { connect, type Socket } from 'node:net';
import { errorMessage } from '../../lib/error-message.ts';
import { parseIPBlocks } from '../../lib/ip-block.ts';
import { unlessAborted } from '../../lib/unless-aborted.ts';
import { isOffLimits } from '../../policy/egress/decide-service-addresses.ts';
import type { Dial } from '../../postgres/open-stream.ts';
import { addressesOfService, addressesOfSlice, RESERVED } from '../cluster-services.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { blockOf } from '../tenant-isolation/cluster-blocks.ts';
import type { HostAddressSource } from '../tenant-isolation/host-addresses.ts';
import type { DatabaseProblem } from './database-isolation.ts';

/** Where the host of a database is, or why it may not be connected to. */
export type FoundAddresses = { readonly addresses: readonly string[] } | DatabaseProblem;

export interface AddressContext {
  readonly hostAddresses: HostAddressSource;
  readonly caches: Pick<OperatorCaches, 'clusterServices' | 'endpointSlices'>;
}

/** Connects to an address; rejects with an error of the system. */
export type ConnectAddress = (address: string, port: number, signal: AbortSignal) => Promise<Socket>;

/**
 * Resolves the host of a database. One address that is refused refuses all, since which of them is dialled must not matter: this host,
 * links, the metadata of clouds, the API server, and what is Cloister's own.
 */
export async function findAddresses(host: string, context: AddressContext): Promise<FoundAddresses> {
  const { clusterServices, endpointSlices } = context.caches;
  const reserved = [
    ...clusterServices.byIndex('reserved', RESERVED).flatMap(addressesOfService),
    ...endpointSlices.byIndex('reserved', RESERVED).flatMap(addressesOfSlice),
  ];
  const denied = parseIPBlocks(reserved.flatMap(blockOf));
  if (denied === null) throw new Error('a block of addresses cannot be read');
  try {
    const addresses = await context.hostAddresses.resolve(host);
    const refused = addresses.find((address) => isOffLimits(address, [denied]));
    if (refused === undefined) return { addresses: [...addresses].sort() };
    const message = `spec.database.connection.host is "${host}", which is at ${refused}; must not be this host, a link, the metadata of a cloud, the API server or Cloister. Name another host, or have its DNS records corrected.`;
    return { reason: 'PlanRefused', message };
  } catch (error) {
    const message = `spec.database.connection.host is "${host}", which cannot be resolved: ${errorMessage(error)}`;
    return { reason: 'Unreachable', message };
  }
}

/** Returns what connects to the first of the addresses that answers. */
export function dialAddresses(
  addresses: readonly string[],
  port: number,
  connectAddress: ConnectAddress,
): Dial {
  return async (signal) => {
    let failure: unknown = new Error('the host has no address');
    for (const address of addresses) {
      signal.throwIfAborted();
      try {
        return await connectAddress(address, port, signal);
      } catch (error) {
        failure = error;
      }
    }
    signal.throwIfAborted();
    throw failure;
  };
}

export const connectBySystem: ConnectAddress = async (address, port, signal) => {
  const socket = connect({ host: address, port });
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  try {
    await unlessAborted(connected, signal);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
};
