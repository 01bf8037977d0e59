import { spawn } from 'node:child_process';
import { compileCache } from './compile-cache.ts';
import type { SystemUser } from './server-process.ts';

/** How a command ended. */
export interface CommandResult {
  /** The exit code; 128 when it was ended by a signal. */
  code: number;
  stdout: string;
  stderr: string;
}

/** What to run, and with which connection. */
export interface CommandInput {
  program: string;
  args: readonly string[];
  /** Variables beside PATH and the one of {@link compileCache}. */
  environment: Readonly<Record<string, string>>;
  input?: string;
  /** Whom it runs as; if not set, as this process. */
  user?: SystemUser | undefined;
}

/** Runs kubectl, Helm or another program to its end and gives back what it printed. */
export function runCommand({
  program,
  args,
  environment,
  input,
  user,
}: CommandInput): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { PATH: process.env['PATH'], ...compileCache(), ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...user,
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => {
      // The program ended before it read its input; its exit code tells the story.
    });
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({
        code: code ?? 128,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    });
    child.stdin.end(input ?? '');
  });
}

/** Gives the result of a command that must succeed; throws with what it said otherwise. */
export async function orThrow(what: string, running: Promise<CommandResult>): Promise<CommandResult> {
  const result = await running;
  if (result.code !== 0) throw new Error(`${what}: ${result.stderr.trim()}`);
  return result;
}
