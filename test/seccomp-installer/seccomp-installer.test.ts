import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { profileFile } from '../../src/policy/seccomp/compile-profile.ts';
import { SECCOMP_PROFILES } from '../../src/policy/seccomp/profiles.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'src', 'bin', 'seccomp-installer.ts');
const FILES = Object.fromEntries(SECCOMP_PROFILES.map((one) => [`${one.name}.json`, profileFile(one)]));

let folder: string;
let installer: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloister-installer-'));
});

afterEach(() => {
  installer?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the program, and resolves to the URL of its readiness. */
async function start(...settings: readonly string[]): Promise<string> {
  const args = [PROGRAM, `--folder=${folder}`, '--address=127.0.0.1', '--probe-port=0', ...settings];
  installer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (installer.stdout === null) throw new Error('no output');
  for await (const line of createInterface(installer.stdout)) {
    const { msg, port } = JSON.parse(line) as { msg: string; port?: number };
    if (msg === 'started') return `http://127.0.0.1:${port}/readyz`;
  }
  throw new Error('the installer ended');
}

const readiness = async (url: string): Promise<{ ready: boolean; text: string }> => {
  const answer = await fetch(url);
  return { ready: answer.ok, text: await answer.text() };
};

const installed = (): object =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

test('the installer is ready once all profiles are there, restores them, and leaves them when it stops', async () => {
  const url = await start('--interval-seconds=1');
  await expect
    .poll(() => readiness(url), { timeout: 10_000 })
    .toEqual({ ready: true, text: 'profiles: ok\n' });
  expect(installed()).toEqual(FILES);

  writeFileSync(join(folder, 'python-agent.json'), '{"defaultAction":"SCMP_ACT_ALLOW"}\n');
  rmSync(join(folder, 'node-agent.json'));
  await expect.poll(installed, { timeout: 10_000 }).toEqual(FILES);

  installer?.kill('SIGTERM');
  const [code] = (await once(installer as ChildProcess, 'exit')) as [number | null];
  expect(code).toBe(0);
  expect(installed()).toEqual(FILES);
});

test('the installer is not ready while a profile cannot be installed, and says why', async () => {
  mkdirSync(join(folder, 'python-agent.json'));
  const url = await start('--interval-seconds=1');
  const expected = {
    ready: false,
    text: expect.stringContaining('python-agent.json cannot be installed: EISDIR'),
  };
  await expect.poll(() => readiness(url), { timeout: 10_000 }).toEqual(expected);
  expect(readdirSync(folder)).toContain('shell-agent.json');

  rmSync(join(folder, 'python-agent.json'), { recursive: true });
  await expect.poll(() => readiness(url), { timeout: 10_000 }).toMatchObject({ ready: true });
});

test('the installer creates no folder, and is not ready without it', async () => {
  rmSync(folder, { recursive: true });
  const url = await start();
  await expect
    .poll(() => readiness(url), { timeout: 10_000 })
    .toMatchObject({ ready: false, text: expect.stringContaining('cannot be read: ENOENT') });
});

test('a setting that is wrong ends the installer with 2', async () => {
  installer = spawn(process.execPath, [PROGRAM, '--interval-seconds=0', '--folder='], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  installer.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(installer, 'close')) as [number | null];
  expect(code).toBe(2);
  expect(said).toContain('--interval-seconds (or CLOISTER_INTERVAL_SECONDS) is "0"');
  expect(said).toContain('--folder (or CLOISTER_FOLDER) is ""');
});
