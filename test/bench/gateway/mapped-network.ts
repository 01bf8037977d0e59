import type { Socket } from 'node:net';
import type { Network } from '../../../src/gateway/egress/network.ts';
import { createSystemNetwork } from '../../../src/gateway/egress/system-network.ts';
import { portOfAddress, resolveHost, type ServerPorts } from './destinations.ts';

/**
 * Returns a world in which the public addresses of the bench lead to its servers, and there is nothing else. Connections to the
 * upstream are told of.
 */
export function mapNetwork(ports: ServerPorts, onUpstream: (socket: Socket) => void): Network {
  const system = createSystemNetwork();
  return {
    resolve: (name) => {
      const addresses = resolveHost(name);
      return addresses.length === 0
        ? Promise.reject(new Error(`the bench has no host ${name}`))
        : Promise.resolve(addresses);
    },
    dial: async (address, _port, signal) => {
      const port = portOfAddress(address, ports);
      const socket = await system.dial('127.0.0.1', port, signal);
      if (port === ports.upstream) onUpstream(socket);
      return socket;
    },
  };
}
