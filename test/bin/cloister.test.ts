import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { writeFiles } from '../cli/run-command.ts';

const POD = 'apiVersion: v1\nkind: Pod\nspec: {hostNetwork: true, containers: [{name: a, image: b}]}\n';

interface RunOptions {
  readonly stdin?: string;
  readonly closesEarly?: boolean;
}

/** Runs the program as a user does; `closesEarly` closes its output after the first piece. */
async function runProgram(args: readonly string[], { stdin = '', closesEarly = false }: RunOptions = {}) {
  const child = spawn(process.execPath, ['src/bin/cloister.ts', ...args], { stdio: 'pipe' });
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

  test('exits with the code of the whole review although its reader stops early', async () => {
    const many = Array.from({ length: 3000 }, () => POD).join('---\n');
    const folder = writeFiles({ 'many.yaml': many });
    const flags = ['--check', 'host-namespaces', '-o', 'json'];
    const { code, out, error } = await runProgram(['review', '-f', folder, ...flags], { closesEarly: true });
    expect(out.length).toBeGreaterThan(0);
    expect(error).toBe('');
    expect(code).toBe(1);
  });
});
