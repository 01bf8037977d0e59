import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answersOK } from './answers-ok.ts';
import { startControlPlane, type StartedControlPlane } from './control-plane.ts';

describe('a control plane of its own', () => {
  let controlPlane: StartedControlPlane;
  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllerManager: false, maxRequestsInFlight: 800 });
  });
  afterAll(() => controlPlane.stop());

  const answers = (): Promise<boolean> => {
    const { url, certificateAuthority, connection } = controlPlane;
    return answersOK(`${url}/api`, { ca: certificateAuthority, token: connection.tokens['admin'] ?? '' });
  };

  test('keeps its data, address, users and certificate over a restart of the API server', async () => {
    const namespace = await controlPlane.createNamespace('kept', { kept: 'yes' });
    await controlPlane.restartApiServer();
    const { stdout } = await controlPlane.kubectl(['get', 'namespace', '-l', 'kept=yes', '-o', 'name']);
    expect(stdout).toBe(`namespace/${namespace}\n`);
  });

  test('is down between a stop and a start', async () => {
    await controlPlane.stopApiServer();
    expect(await answers()).toBe(false);
    await controlPlane.startApiServer();
    expect(await answers()).toBe(true);
  });

  test('answers nothing while it is paused, and goes on afterwards', async () => {
    controlPlane.pauseApiServer();
    // Gives up after its own time-out: the connection is open and silent. The signal may come after one answer more.
    await expect.poll(answers, { timeout: 10_000 }).toBe(false);
    controlPlane.resumeApiServer();
    await expect.poll(answers, { timeout: 10_000 }).toBe(true);
  });
});

test('nothing is left when the process that started it is killed', async () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const parent = spawn(process.execPath, [main, 'start'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const started = await new Promise<string>((resolve) => {
    createInterface({ input: parent.stdout }).once('line', resolve);
  });
  const { folder } = JSON.parse(started) as { folder: string };
  expect(await programsOf(folder)).toEqual(['etcd', 'kube-apiserver', 'kube-controller-manager']);
  parent.kill('SIGKILL');
  await expect.poll(() => programsOf(folder), { timeout: 20_000 }).toEqual([]);
  await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(false);
});

/** Names of the running programs that have the folder on their command line. */
async function programsOf(folder: string): Promise<string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return commands
    .filter((command) => command.includes(folder))
    .map((command) => command.split('\0')[0]?.split('/').at(-1) ?? '')
    .sort();
}
