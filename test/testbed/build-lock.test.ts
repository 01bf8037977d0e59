import { existsSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withBuildLock } from './build-lock.ts';

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloister-lock-'));
  file = join(folder, 'build.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('two holders follow one another, and the one that waits says for whom', async () => {
  const events: string[] = [];
  let release = (): void => undefined;
  const first = withBuildLock(
    file,
    () => undefined,
    async () => {
      events.push('first in');
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      events.push('first out');
    },
  );
  await expect.poll(() => events).toEqual(['first in']);
  const second = withBuildLock(
    file,
    (owner) => {
      events.push(`waits for ${owner}`);
      release();
    },
    () => Promise.resolve(events.push('second in')),
  );
  await Promise.all([first, second]);
  expect(events).toEqual(['first in', `waits for ${process.pid} ${hostname()}`, 'first out', 'second in']);
  expect(existsSync(file)).toBe(false);
});

test('the lock is given back when the action fails', async () => {
  const failing = withBuildLock(
    file,
    () => undefined,
    () => Promise.reject(new Error('no compiler')),
  );
  await expect(failing).rejects.toThrow('no compiler');
  expect(existsSync(file)).toBe(false);
});

test('the lock of a process that is gone is taken over', async () => {
  // Process numbers end far below this one.
  await writeFile(file, `999999999 ${hostname()}`);
  expect(
    await withBuildLock(
      file,
      () => undefined,
      () => Promise.resolve('built'),
    ),
  ).toBe('built');
});

test('a lock of another machine is taken over when it shows no sign of life', async () => {
  await writeFile(file, '1 elsewhere.example.com');
  const twoMinutesAgo = new Date(Date.now() - 120_000);
  await utimes(file, twoMinutesAgo, twoMinutesAgo);
  expect(
    await withBuildLock(
      file,
      () => undefined,
      () => Promise.resolve('built'),
    ),
  ).toBe('built');
});
