import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerProcess, startServer } from './server-process.ts';
import { startWatchdog, type Watchdog } from './start-watchdog.ts';

let folder = '';
let watchdog: Watchdog;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloister-server-'));
  watchdog = startWatchdog();
  watchdog.folder(folder);
});
afterAll(async () => {
  await watchdog.close();
  await rm(folder, { recursive: true, force: true });
});

function shell(name: string, script: string): Promise<ServerProcess> {
  return startServer(
    { name, program: '/bin/sh', args: ['-c', script], log: join(folder, `${name}.log`) },
    watchdog,
  );
}

test('a server that ends before it is ready is reported with its last lines', async () => {
  const server = await shell('short', 'echo listening; echo "port 80: permission denied" >&2; exit 3');
  await expect(server.ready(() => Promise.resolve(false), 10_000)).rejects.toThrow(
    /^short ended with exit code 3\..*\nlistening\nport 80: permission denied$/s,
  );
});

test('a server that never gets ready is reported', async () => {
  const server = await shell('slow', 'sleep 600');
  await expect(server.ready(() => Promise.resolve(false), 50)).rejects.toThrow(
    'slow was not ready within 0.05 s',
  );
  await server.stop(0);
});

test('a server that ignores SIGTERM is killed after the grace period', async () => {
  const server = await shell('stubborn', 'trap "" TERM; while :; do sleep 1; done');
  await server.stop(100);
  expect(server.running).toBe(false);
});

test('a program that is not there is named', async () => {
  const command = { name: 'etcd', program: '/nowhere/etcd', args: [], log: join(folder, 'nowhere.log') };
  await expect(startServer(command, watchdog)).rejects.toThrow(
    'etcd could not be started from /nowhere/etcd',
  );
});
