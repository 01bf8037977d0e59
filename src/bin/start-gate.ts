import { readFile, writeFile } from 'node:fs/promises';
import { askGateway } from '../gate/ask-gateway.ts';
import { systemNetwork } from '../gate/network.ts';
import { readTables } from '../gate/read-tables.ts';
import { reportLine, terminationMessage } from '../gate/report.ts';
import { GATE_LIMITS, runGate } from '../gate/run-gate.ts';
import { UnrecoverableError } from '../gate/unrecoverable-error.ts';
import { systemClock } from '../lib/clock.ts';
import { GATE_PROTOCOL } from '../lib/gate-protocol.ts';

/** Where a pod mounts the ConfigMap `cloister-ca`, and the gateway's authority in it. */
const AUTHORITIES = '/etc/cloister/ca.crt';
const TERMINATION_LOG = '/dev/termination-log';

const HELP = `Usage: start-gate

Exits with 0 once everything that the pod must not reach is closed and the gateway at
https://${GATE_PROTOCOL.host}:${GATE_PROTOCOL.port} is reached, and with 1 if that does not happen within
${GATE_LIMITS.totalMilliseconds / 1000} seconds. It has no settings: it reads the gateway's authority from ${AUTHORITIES}
and writes what it saw to ${TERMINATION_LOG}.
`;

const [argument] = process.argv.slice(2);
if (argument === '--help') {
  process.stdout.write(HELP);
} else if (argument !== undefined) {
  process.stderr.write(`start-gate has no argument "${argument}"; it takes none but --help\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  const report = await runGate({
    network: systemNetwork,
    clock: systemClock,
    limits: GATE_LIMITS,
    askGateway: async (timeoutMilliseconds) => {
      const { host, port } = GATE_PROTOCOL;
      const authorities = await readAuthorities();
      return askGateway({ host, port, authorities }, timeoutMilliseconds);
    },
    readTables,
  });
  // The kubelet has made the file.
  await writeFile(TERMINATION_LOG, terminationMessage(report), { flag: 'r+' }).catch((error: unknown) => {
    process.stderr.write(`the termination message cannot be written: ${String(error)}\n`);
  });
  process.stdout.write(`${reportLine(report)}\n`);
  return report.passed ? 0 : 1;
}

/** Read for each question: the kubelet updates the mount while the gate waits. */
async function readAuthorities(): Promise<string> {
  const text = await readFile(AUTHORITIES, 'utf8').catch((error: unknown) => {
    throw new UnrecoverableError(
      `the gateway's authority cannot be read (${String(error)}); mount the ConfigMap "cloister-ca" at /etc/cloister`,
    );
  });
  // With an empty list Node trusts its own public roots.
  if (text.trim() === '')
    throw new UnrecoverableError(`${AUTHORITIES} is empty; it must have the gateway's authority`);
  return text;
}
