/** Runs the start gate with the settings on standard input, and prints its termination message. */
import { readFileSync } from 'node:fs';
import { askGateway, type GatewayConnection } from '../../src/gate/ask-gateway.ts';
import { systemNetwork } from '../../src/gate/network.ts';
import { readTables } from '../../src/gate/read-tables.ts';
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
  readTables,
});
process.stdout.write(`${terminationMessage(report)}\n`);
