/**
 * `node test/testbed/main.ts build [NAME…]` builds the programs of the testbed, all of them unless told.
 * `node test/testbed/main.ts start` runs a control plane until it is interrupted, and prints how to reach it.
 */
import { startControlPlane } from './control-plane.ts';
import { MissingProgramError } from './missing-program-error.ts';
import { programs } from './programs.ts';
import { providePrograms } from './provide-programs.ts';

const usage = `Usage: node test/testbed/main.ts build [NAME…] | start
Programs: ${programs.map(({ name }) => name).join(', ')}
`;

async function build(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !programs.some((program) => program.name === name));
  if (unknown.length > 0) throw new MissingProgramError(`no program is called ${unknown.join(', ')}`);
  const wanted = programs
    .map(({ name }) => name)
    .filter((name) => names.length === 0 || names.includes(name));
  const provided = await providePrograms(wanted);
  for (const name of wanted) process.stdout.write(`${name}\t${provided.path(name)}\n`);
}

async function start(): Promise<void> {
  const { connection, kubeconfig, controllersRunning } = await startControlPlane();
  await controllersRunning();
  process.stdout.write(`${JSON.stringify({ kubeconfig, url: connection.url, folder: connection.folder })}\n`);
}

const [command, ...names] = process.argv.slice(2);
try {
  if (command === 'build') await build(names);
  else if (command === 'start') await start();
  else {
    process.stderr.write(usage);
    process.exitCode = 2;
  }
} catch (error) {
  if (!(error instanceof MissingProgramError)) throw error;
  process.stderr.write(`testbed: ${error.message}\n`);
  process.exitCode = 1;
}
