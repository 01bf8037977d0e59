import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answersOK } from '../../testbed/answers-ok.ts';
import { freePort } from '../../testbed/free-port.ts';
import { startServer } from '../../testbed/server-process.ts';
import { startWatchdog } from '../../testbed/start-watchdog.ts';
import { type Figures, figureFlags, readFigures } from '../servers/measured-server.ts';

/** A program of the bench that runs by itself and reports what it uses. */
export interface MeasuredProcess {
  readonly figures: () => Promise<Figures>;
  /** The same, after a forced collection. */
  readonly collectedFigures: () => Promise<Figures>;
  /** Ends it as the node does, with time to drain. */
  readonly stop: () => Promise<void>;
}

export interface ProcessToMeasure {
  readonly name: string;
  /** Its file, seen from this folder. */
  readonly program: string;
  readonly flags: readonly string[];
  /** Of Node, before the program. */
  readonly nodeFlags?: readonly string[];
  readonly folder: string;
  /** Answers 200 when the program serves; where it is not set, it is enough that it reports. */
  readonly readyURL?: string;
}

const ADDRESS = '127.0.0.1';
const READY_MILLISECONDS = 60_000;
const GRACE_MILLISECONDS = 30_000;

/** Starts a program and waits until it serves. It never outlives this process. */
export async function startMeasured({
  name,
  program,
  flags,
  nodeFlags = [],
  folder,
  readyURL,
}: ProcessToMeasure): Promise<MeasuredProcess> {
  const watchdog = startWatchdog();
  const figuresPort = await freePort(ADDRESS);
  const source = fileURLToPath(new URL(program, import.meta.url));
  const log = join(folder, `${name.replaceAll(' ', '-')}.log`);
  const args = [...nodeFlags, ...figureFlags(figuresPort), source, ...flags];
  const server = await startServer({ name, program: process.execPath, args, log }, watchdog);
  await server.ready(() => answersOK(readyURL ?? `http://${ADDRESS}:${figuresPort}/`), READY_MILLISECONDS);
  return {
    figures: () => readFigures(figuresPort, '/'),
    collectedFigures: () => readFigures(figuresPort, '/collected'),
    stop: async () => {
      await server.stop(GRACE_MILLISECONDS);
      await watchdog.close();
    },
  };
}

/** Runs something with a folder of its own, which is then removed. */
export async function withFolder<Result>(run: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'cloister-gateway-bench-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
