import type { Network } from '../../../src/gateway/egress/network.ts';
import { createSystemNetwork } from '../../../src/gateway/egress/system-network.ts';
import { portOfAddress, resolveHost, type ServerPorts } from './destinations.ts';

/** Returns a world in which the public addresses of the bench lead to its servers, and there is nothing else. */
export function mapNetwork(ports: ServerPorts): Network {
  const system = createSystemNetwork();
  return {
    resolve: (name) => {
      const addresses = resolveHost(name);
      return addresses.length === 0
        ? Promise.reject(new Error(`the bench has no host ${name}`))
        : Promise.resolve(addresses);
    },
    dial: (address, _port, signal) => system.dial('127.0.0.1', portOfAddress(address, ports), signal),
  };
}
