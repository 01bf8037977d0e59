import { createServer, type Server } from 'node:net';
import { afterEach } from 'vitest';
import { askGateway } from '../../src/gate/ask-gateway.ts';
import { CLOSED } from '../../src/gate/attempt.ts';
import { type Network, systemNetwork } from '../../src/gate/network.ts';
import type { NetworkTables } from '../../src/gate/own-targets.ts';
import type { GateReport } from '../../src/gate/report.ts';
import { type GateLimits, runGate } from '../../src/gate/run-gate.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { GateTarget } from '../../src/lib/gate-protocol.ts';
import { type GatewayInput, listen, type RunningGateway, startGateway } from './gateway.ts';

export const LIMITS: GateLimits = {
  totalMilliseconds: 1500,
  attemptMilliseconds: 300,
  askMilliseconds: 1000,
  pauseMilliseconds: 20,
};
/** For what must pass, however slow the machine is. */
export const PATIENT: GateLimits = {
  ...LIMITS,
  totalMilliseconds: 20_000,
  attemptMilliseconds: 2000,
  askMilliseconds: 5000,
};

/** Of a pod that has no routes, neighbours and IPv6 addresses. */
export const NO_TABLES: NetworkTables = {
  routes: '',
  ipv6Routes: '',
  ipv6Addresses: '',
  ipv6Interfaces: [],
  neighbours: '',
};

/** Real sockets on the loopback device; the gate's own targets, which would be those of the machine, are closed. */
export const loopbackNetwork: Network = {
  ...systemNetwork,
  tryTcp: async (address, ...rest) =>
    address.startsWith('127.') ? systemNetwork.tryTcp(address, ...rest) : CLOSED,
  tryUdp: async (address, ...rest) =>
    address.startsWith('127.') ? systemNetwork.tryUdp(address, ...rest) : CLOSED,
};

/** Ends what a test has started, the last first. */
export const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Starts a gateway that the test ends. */
export async function gatewayOf(input: GatewayInput): Promise<RunningGateway> {
  const gateway = await startGateway(input);
  stops.push(gateway.stop);
  return gateway;
}

/** Starts a server that accepts connections, and ends each at once. */
export async function serverAt(port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.destroy());
  stops.push(() => server.close());
  return { server, port: await listen(server, '127.0.0.1', port) };
}

/** A target on the loopback device. */
export const tcp = (port: number): GateTarget => ({
  name: 'target',
  address: '127.0.0.1',
  port,
  protocol: 'TCP',
});

/** How a gate differs from the usual one. */
interface Changes {
  readonly limits?: Partial<GateLimits>;
  readonly network?: Network;
  readonly authorities?: string;
  readonly readTables?: () => Promise<NetworkTables>;
}

/** Runs the gate against a gateway. */
export function run(gateway: RunningGateway, changes: Changes = {}): Promise<GateReport> {
  const { authorities = gateway.authorities, network = loopbackNetwork } = changes;
  return runGate({
    network,
    clock: systemClock,
    limits: { ...LIMITS, ...changes.limits },
    askGateway: (timeout) => askGateway({ host: '127.0.0.1', port: gateway.port, authorities }, timeout),
    readTables: changes.readTables ?? (async () => NO_TABLES),
  });
}
