import { connect } from 'node:net';
import type { Network } from '../../../src/gateway/egress/network.ts';
import { portOfAddress, resolveHost, type ServerPorts } from './destinations.ts';

/** Returns a world in which the public addresses of the bench lead to its servers, and there is nothing else. */
export function mapNetwork(ports: ServerPorts): Network {
  return {
    resolve: (name) => {
      const addresses = resolveHost(name);
      return addresses.length === 0
        ? Promise.reject(new Error(`the bench has no host ${name}`))
        : Promise.resolve(addresses);
    },
    dial: (address, _port, signal) =>
      new Promise((resolve, reject) => {
        const port = portOfAddress(address, ports);
        const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true, signal });
        socket.once('error', reject);
        socket.once('connect', () => {
          socket.off('error', reject);
          resolve(socket);
        });
      }),
  };
}
