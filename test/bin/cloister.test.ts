import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFiles } from '../cli/run-command.ts';

const POD = 'apiVersion: v1\nkind: Pod\nspec: {hostNetwork: true}\n';

interface RunOptions {
  readonly stdin?: string;
  readonly closesEarly?: boolean;
  readonly cache?: string | undefined;
}

/** Runs the program as a user does; `closesEarly` closes its output after the first piece. */
async function runProgram(
  args: readonly string[],
  { stdin = '', closesEarly = false, cache = process.env['XDG_CACHE_HOME'] }: RunOptions = {},
) {
  const child = spawn(process.execPath, ['src/bin/cloister.ts', ...args], {
    stdio: 'pipe',
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  let out = '';
  let error = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (closesEarly) child.stdout.destroy();
  });
  child.stderr.on('data', (chunk: Buffer) => void (error += chunk.toString()));
  child.stdin.end(stdin);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, error };
}

describe('the program cloister', { timeout: 30_000 }, () => {
  test.for([
    ['0 where nothing is wrong', ['--check', 'privileged'], POD, 0],
    ['1 where something is', ['--check', 'host-namespaces'], POD, 1],
    ['2 where something cannot be read', [], 'a: b: c', 2],
  ] as const)('reads stdin and exits with %s', async ([, flags, stdin, code]) => {
    const result = await runProgram(['review', '-f', '-', ...flags], { stdin });
    expect(result.code).toBe(code);
    expect(result.out).not.toContain('\u001B');
    expect(result.error).not.toContain('\u001B');
  });

  test('exits with the whole verdict although whoever reads stops early', async () => {
    const many = Array.from({ length: 3000 }, () => POD).join('---\n');
    const folder = writeFiles({ 'many.yaml': many });
    const { code, out, error } = await runProgram(['review', '-f', folder, '-o', 'json'], {
      closesEarly: true,
    });
    expect(out.length).toBeGreaterThan(0);
    expect(error).toBe('');
    expect(code).toBe(1);
  });

  test('keeps what it compiled where nobody else writes, and means the same with it', async () => {
    const cache = writeFiles({});
    const first = await runProgram(['review', '-f', '-'], { stdin: POD, cache });
    const folder = join(cache, 'cloister', 'compiled');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).not.toEqual([]);
    expect(await runProgram(['review', '-f', '-'], { stdin: POD, cache })).toEqual(first);
  });

  test.for([
    ['where others may write', (cache: string) => chmodSync(join(cache, 'cloister', 'compiled'), 0o777)],
    ['where it stands in the current folder', () => undefined],
  ] as const)('keeps nothing %s', async ([where, prepare]) => {
    const cache = writeFiles({ 'cloister/compiled/.keep': '' });
    prepare(cache);
    const given = where.includes('current') ? relative(process.cwd(), cache) : cache;
    expect((await runProgram(['review', '-f', '-'], { stdin: POD, cache: given })).code).toBe(1);
    expect(readdirSync(join(cache, 'cloister', 'compiled'))).toEqual(['.keep']);
  });

  test('runs where nothing can be kept', async () => {
    const { code, error } = await runProgram(['review', '-f', '-'], { stdin: POD, cache: '/dev/null' });
    expect(code).toBe(1);
    expect(error).toBe('');
  });
});
