import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const copy = mkdtempSync(join(tmpdir(), 'cloister-engines-'));

beforeAll(() => {
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(ROOT, file), join(copy, file));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Runs `npm ci` without installing, as if Node had this version; npm compares `process.version` with every `engines`. */
function installWith(version: string): { code: number | null; warnings: readonly string[] } {
  const pretend = `Object.defineProperty(process,'version',{value:'v${version}'})`;
  const { status, stderr, error } = spawnSync('npm', ['ci', '--dry-run', '--offline', '--ignore-scripts'], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...withoutNpm(process.env), NODE_OPTIONS: `--import=data:text/javascript,${pretend}` },
  });
  if (error !== undefined) throw error;
  return { code: status, warnings: stderr.split('\n').filter((line) => line.includes('EBADENGINE')) };
}

/** The variables that `npm test` sets would make the inner npm work on this checkout. */
function withoutNpm(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^npm_/i.test(name)));
}

test('package.json and its lock file name the same versions of Node, the lowest of each line', () => {
  const engines = (text: string): unknown => (JSON.parse(text) as { engines: unknown }).engines;
  const lock = JSON.parse(readFileSync(join(copy, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, unknown>>;
  };
  expect(engines(readFileSync(join(copy, 'package.json'), 'utf8'))).toEqual({
    node: '^22.19.0 || ^24.0.0 || >=26.0.0',
  });
  expect(engines(JSON.stringify(lock.packages['']))).toEqual({ node: '^22.19.0 || ^24.0.0 || >=26.0.0' });
});

test.for(['22.19.0', '24.0.0', '26.0.0'])('npm ci prints no engine warning with Node %s', (version) => {
  expect(installWith(version)).toEqual({ code: 0, warnings: [] });
});

test.for(['20.20.2', '22.18.0', '25.0.0'])('npm ci works with Node %s, and warns', (version) => {
  const { code, warnings } = installWith(version);
  expect(code).toBe(0);
  expect(warnings).not.toEqual([]);
});
