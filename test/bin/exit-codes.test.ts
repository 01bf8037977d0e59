import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { policiesOnCluster, SAMPLES } from '../cli/run-command.ts';

const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n';
const MANY = Array.from({ length: 500 }, () => POD).join('---\n');
const harden = (file: string) => ['harden', '--role', 'data-analyst', ...policiesOnCluster(), '-f', file];

interface RunOptions {
  readonly stdin?: string;
  /** The outputs whose reader is gone from the start. */
  readonly breaks?: readonly ('stdout' | 'stderr')[];
  readonly nodeFlags?: readonly string[];
}

/** Runs the program to its end. */
async function runProgram(
  parameters: readonly string[],
  { stdin = '', breaks = [], nodeFlags = [] }: RunOptions = {},
): Promise<{ code: number | null; error: string }> {
  const child = spawn(process.execPath, [...nodeFlags, 'src/bin/cloister.ts', ...parameters], {
    stdio: 'pipe',
  });
  let error = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => void (error += chunk.toString()));
  for (const name of breaks) child[name].destroy();
  child.stdin.on('error', () => undefined).end(stdin);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, error };
}

describe('the program ends with', { timeout: 60_000 }, () => {
  test.for([
    ['0 for its version', ['version'], 0],
    ['2 for a command that does not exist', ['reveiw'], 2],
    ['2 for a file that does not exist', ['review', '-f', '/nonexistent.yaml'], 2],
    ['2 for standard input that is empty', ['review', '-f', '-'], 2],
  ] as const)('%s', async ([, parameters, code]) => {
    expect((await runProgram(parameters)).code).toBe(code);
  });

  // Nothing is said about the manifests then, so it is not the code of a refusal.
  test('2 where it fails itself', async () => {
    const breakClock = 'data:text/javascript,Date.now=()=>{throw new Error("there is no clock")}';
    const nodeFlags = ['--import', breakClock];
    const { code, error } = await runProgram(['review', '-f', '-'], { stdin: POD, nodeFlags });
    expect({ code, error }).toEqual({ code: 2, error: expect.stringContaining('there is no clock') });
  });

  test('2 where its output cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, ['src/bin/cloister.ts', 'explain'], {
      stdio: ['ignore', full, 'pipe'],
    });
    let error = '';
    child.stderr?.on('data', (chunk: Buffer) => void (error += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    closeSync(full);
    expect({ code, error }).toEqual({ code: 2, error: 'error: the output cannot be written (ENOSPC)\n' });
  });
});

describe(
  'the program whose reader is gone ends with the code that it would have ended with',
  { timeout: 60_000 },
  () => {
    test.for([
      ['explain', () => ['explain'], '', 0],
      ['a review that refuses', () => ['review', '-f', '-', '-o', 'json'], MANY, 1],
      ['a review that cannot read something', () => ['review', '-f', '-'], `${MANY}---\na: b: c\n`, 2],
      ['harden', () => harden(`${SAMPLES}/workloads/compliant-pod.yaml`), '', 0],
      ['harden with something left', () => harden(`${SAMPLES}/refused/host-path.yaml`), '', 1],
      ['a wrong command line', () => ['reveiw'], '', 2],
    ] as const)('%s', async ([, parametersOf, stdin, code]) => {
      const parameters = parametersOf();
      expect(await runProgram(parameters, { stdin, breaks: ['stdout'] })).toMatchObject({ code });
      // As with `2>&1 | head`.
      expect(await runProgram(parameters, { stdin, breaks: ['stdout', 'stderr'] })).toMatchObject({ code });
    });
  },
);
