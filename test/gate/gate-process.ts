/** Runs the start gate with the settings on standard input, and prints its termination message. */
import { readFileSync } from 'node:fs';
import { askGateway, type GatewayConnection } from '../../src/gate/ask-gateway.ts';
import { systemNetwork } from '../../src/gate/network.ts';
import { terminationMessage } from '../../src/gate/report.ts';
import { type GateLimits, runGate } from '../../src/gate/run-gate.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** What the process reads. */
export interface GateProcessInput {
  readonly connection: GatewayConnection;
  readonly limits: GateLimits;
}

const { connection, limits } = JSON.parse(readFileSync(0, 'utf8')) as GateProcessInput;
const report = await runGate({
  network: systemNetwork,
  clock: systemClock,
  limits,
  askGateway: (timeoutMilliseconds) => askGateway(connection, timeoutMilliseconds),
  readTables: async () => ({
    routes: readFileSync('/proc/net/route', 'utf8'),
    ipv6Routes: readFileSync('/proc/net/ipv6_route', 'utf8'),
    ipv6Addresses: readFileSync('/proc/net/if_inet6', 'utf8'),
    neighbours: readFileSync('/proc/net/arp', 'utf8'),
  }),
});
process.stdout.write(`${terminationMessage(report)}\n`);
