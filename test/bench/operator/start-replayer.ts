import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answersOK } from '../../testbed/answers-ok.ts';
import type { ControlPlane } from '../../testbed/connect-control-plane.ts';
import { freePort } from '../../testbed/free-port.ts';
import { startServer } from '../../testbed/server-process.ts';
import type { Watchdog } from '../../testbed/start-watchdog.ts';
import { figureFlags, readFigures } from '../servers/measured-server.ts';
import type { ReplayedWrite, ReplayResult } from './replay-plan.ts';

/** The bare replayer, in a process of its own. */
export interface Replayer {
  /** Makes the writes, and gives the microseconds of processor time that they took. Throws if one is refused. */
  readonly run: (lanes: readonly (readonly ReplayedWrite[])[]) => Promise<number>;
  readonly stop: () => Promise<void>;
}

const READY_MILLISECONDS = 10_000;
const PROGRAM = fileURLToPath(new URL('replay-writes.ts', import.meta.url));

/** Starts `replay-writes.ts`, which keeps its files in `folder` and writes as the operator's user. */
export async function startReplayer(
  { connection }: ControlPlane,
  folder: string,
  watchdog: Watchdog,
): Promise<Replayer> {
  const files = {
    token: join(folder, 'replayer-token'),
    authority: join(folder, 'replayer-ca.crt'),
    plan: join(folder, 'replay.json'),
  };
  await writeFile(files.token, connection.tokens['operator'] ?? '', { mode: 0o600 });
  await writeFile(files.authority, connection.certificateAuthority);
  const [port, figuresPort] = [await freePort('127.0.0.1'), await freePort('127.0.0.1')];
  const flags = [`--token=${files.token}`, `--authority=${files.authority}`, `--server=${connection.url}`];
  const server = await startServer(
    {
      name: 'replayer',
      program: process.execPath,
      args: [...figureFlags(figuresPort), PROGRAM, `--port=${port}`, ...flags],
      log: join(folder, 'replayer.log'),
    },
    watchdog,
  );
  const url = `http://127.0.0.1:${port}`;
  await server.ready(() => answersOK(url), READY_MILLISECONDS);
  return {
    run: async (lanes) => {
      await writeFile(files.plan, JSON.stringify(lanes));
      await fetch(`${url}/load?${encodeURIComponent(files.plan)}`);
      const before = await readFigures(figuresPort, '/');
      const answer = await fetch(`${url}/run`);
      const after = await readFigures(figuresPort, '/');
      const { failures } = (await answer.json()) as ReplayResult;
      if (failures.length > 0) {
        throw new Error(`${failures.length} writes were refused in the replay, such as ${failures[0]}`);
      }
      return after.cpuMicroseconds - before.cpuMicroseconds;
    },
    stop: () => server.stop(0),
  };
}
