import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installFile } from '../../src/seccomp-installer/install-file.ts';

const FILE = { name: 'agent.json', content: '{"defaultAction":"SCMP_ACT_ERRNO"}\n' };
let parent: string;
let folder: string;
let path: string;
let outside: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'cloister-installer-'));
  folder = join(parent, 'cloister');
  mkdirSync(folder);
  path = join(folder, FILE.name);
  outside = join(parent, 'outside');
  writeFileSync(outside, 'not ours', { mode: 0o600 });
});

afterEach(() => rmSync(parent, { recursive: true }));

/** A file that others may change later. */
function copyOutside(): string {
  const copy = join(parent, 'copy');
  writeFileSync(copy, FILE.content);
  chmodSync(copy, 0o644);
  return copy;
}

function expectInstalled(): void {
  const stat = lstatSync(path);
  expect({ isFile: stat.isFile(), mode: stat.mode & 0o7777, links: stat.nlink }).toEqual({
    isFile: true,
    mode: 0o644,
    links: 1,
  });
  expect(readFileSync(path, 'utf8')).toBe(FILE.content);
  expect(readdirSync(folder)).toEqual([FILE.name]);
  expect(readFileSync(outside, 'utf8')).toBe('not ours');
  expect(lstatSync(outside).mode & 0o7777).toBe(0o600);
}

test('a file that is not there is added, whatever the umask', async () => {
  const before = process.umask(0o077);
  try {
    expect(await installFile(folder, FILE)).toBe('Added');
  } finally {
    process.umask(before);
  }
  expectInstalled();
});

test('a file that is as it has to be is not written', async () => {
  await installFile(folder, FILE);
  const { ino, mtimeMs } = lstatSync(path);
  expect(await installFile(folder, FILE)).toBe('Fresh');
  expect(lstatSync(path)).toMatchObject({ ino, mtimeMs });
});

test.for<[string, () => void]>([
  ['has other content', () => writeFileSync(path, '{"defaultAction":"SCMP_ACT_ALLOW"}\n', { mode: 0o644 })],
  ['has other content of the same size', () => writeFileSync(path, FILE.content.replace('ERRNO', 'ALLOW'))],
  ['is empty, after a loss of power', () => writeFileSync(path, '')],
  ['may be written by others', () => (writeFileSync(path, FILE.content), chmodSync(path, 0o666))],
  ['is a symbolic link out of the folder', () => symlinkSync(outside, path)],
  ['is a symbolic link to nothing', () => symlinkSync(join(parent, 'nothing'), path)],
  ['is a hard link to a file outside', () => linkSync(outside, path)],
  ['is a symbolic link to the right content', () => symlinkSync(copyOutside(), path)],
  ['is a hard link to the right content', () => linkSync(copyOutside(), path)],
  ['is a named pipe', () => spawnSync('mkfifo', [path])],
])('a file that %s is replaced, and nothing outside is written', async ([, prepare]) => {
  prepare();
  expect(await installFile(folder, FILE)).toBe('Restored');
  expectInstalled();
});

test.for<[string, (unfinished: string) => void]>([
  ['a file of a killed installer', (unfinished) => writeFileSync(unfinished, 'half')],
  ['a symbolic link out of the folder', (unfinished) => symlinkSync(outside, unfinished)],
])('%s in place of the unfinished file is removed', async ([, prepare]) => {
  prepare(join(folder, `.${FILE.name}.unfinished`));
  expect(await installFile(folder, FILE)).toBe('Added');
  expectInstalled();
});

test('a folder of the name of the file is an error, and stays', async () => {
  mkdirSync(path);
  await expect(installFile(folder, FILE)).rejects.toThrow('EISDIR');
  expect(readdirSync(folder)).toEqual([FILE.name]);
});
