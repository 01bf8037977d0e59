import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answersOK } from './answers-ok.ts';
import { deployedNodeFlags } from './deployed-node-flags.ts';
import { freePort } from './free-port.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { startWatchdog } from './start-watchdog.ts';

/** One of our programs, as a process on this machine. */
export interface RunningProgram {
  readonly process: ServerProcess;
  readonly probeUrl: string;
  /** Where the operator serves its metrics. */
  readonly metricsUrl: string;
  /** Resolves when `/readyz` answers 200; throws with the last lines of its output when it ends or takes too long. */
  readonly ready: () => Promise<void>;
  /** What it wrote so far. */
  readonly log: () => Promise<string>;
}

/** How a process is started other than the rest. */
export interface ProcessOptions {
  /** Where it listens; 127.0.0.1 unless set. */
  readonly address?: string;
  /** The file that is started instead of the program's own. */
  readonly file?: string;
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[];
  /** Variables beside PATH and HOME. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts our programs, and ends what it started. */
export interface ProgramRunner {
  /** Starts one with the flags beside `--address` and the ports; it does not wait until it is ready. */
  readonly start: (
    name: 'operator' | 'webhook' | 'gateway',
    flags: readonly string[],
    options?: ProcessOptions,
  ) => Promise<RunningProgram>;
  /** Asks all to end, then insists. */
  readonly stop: () => Promise<void>;
}

const ADDRESS = '127.0.0.1';
const READY_MILLISECONDS = 60_000;
const GRACE_MILLISECONDS = 15_000;

/**
 * What it starts is killed with this process, however that ends. With `isBuilt` the programs are those of `dist/`, as
 * they are shipped, and not the sources.
 */
export async function createProgramRunner({ isBuilt = false } = {}): Promise<ProgramRunner> {
  const folder = await mkdtemp(join(tmpdir(), 'cloister-programs-'));
  const watchdog = startWatchdog();
  watchdog.folder(folder);
  const started: ServerProcess[] = [];
  return {
    start: async (name, flags, options = {}) => {
      const { address = ADDRESS, nodeFlags = [], environment = {} } = options;
      const [probePort, metricsPort] = [await freePort(address), await freePort(address)];
      const file = options.file ?? (isBuilt ? `dist/bin/${name}.js` : `src/bin/${name}.ts`);
      const program = fileURLToPath(new URL(`../../${file}`, import.meta.url));
      const own = [`--address=${address}`, `--probe-port=${probePort}`];
      if (name === 'operator') own.push(`--metrics-port=${metricsPort}`);
      // The gateway is not in the manifests: the operator makes it.
      const deployed = name === 'gateway' ? [] : deployedNodeFlags(name);
      const node = ['--disable-warning=ExperimentalWarning', ...deployed, ...nodeFlags];
      const args = [...node, program, ...own, ...flags];
      const log = join(folder, `${name}-${started.length}.log`);
      const server = await startServer({ name, program: process.execPath, args, environment, log }, watchdog);
      started.push(server);
      const probeUrl = `http://${address}:${probePort}`;
      const ready = () => server.ready(() => answersOK(`${probeUrl}/readyz`), READY_MILLISECONDS);
      const metricsUrl = `http://${address}:${metricsPort}/metrics`;
      return { process: server, probeUrl, metricsUrl, ready, log: () => readFile(log, 'utf8') };
    },
    stop: async () => {
      await Promise.all(started.map((server) => server.stop(GRACE_MILLISECONDS)));
      await watchdog.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
