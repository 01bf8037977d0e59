import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'vitest';

const source = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

// A parent that starts a server and tells which; how it ends is the test's.
const parent = (folder: string, ending: string): string => `
const { startWatchdog } = await import(${source('start-watchdog.ts')});
const { startServer } = await import(${source('server-process.ts')});
const folder = ${JSON.stringify(folder)};
const watchdog = startWatchdog();
watchdog.folder(folder);
const log = folder + '/log';
const args = ['-c', 'trap "" TERM INT; sleep 600 & wait; wait'];
const server = await startServer({ name: 'sh', program: '/bin/sh', args, log }, watchdog);
console.log(server.pid);
${ending}
`;

interface RunningParent {
  child: ChildProcess;
  folder: string;
  server: number;
}

async function startParent(ending: string): Promise<RunningParent> {
  const folder = await mkdtemp(join(tmpdir(), 'cloister-watchdog-'));
  const child = spawn(process.execPath, ['--input-type=module', '-e', parent(folder, ending)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const server = await new Promise<number>((resolve) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(Number(line)));
  });
  return { child, folder, server };
}

function groupAlive(leader: number): boolean {
  try {
    process.kill(-leader, 0);
    return true;
  } catch {
    return false;
  }
}

test.concurrent.for([
  ['is killed', '', 'SIGKILL'],
  ['is terminated', '', 'SIGTERM'],
  ['is interrupted', '', 'SIGINT'],
  ['crashes', 'setTimeout(() => { throw new Error("crash"); }, 100);', undefined],
  ['exits', 'setTimeout(() => process.exit(0), 100);', undefined],
] as const)(
  'servers and folders are gone after the parent %s',
  { timeout: 30_000 },
  async ([, ending, signal], { expect }) => {
    const { child, folder, server } = await startParent(ending);
    expect(groupAlive(server) && existsSync(folder)).toBe(true);
    if (signal !== undefined) child.kill(signal);
    await expect.poll(() => groupAlive(server) || existsSync(folder), { timeout: 20_000 }).toBe(false);
  },
);
