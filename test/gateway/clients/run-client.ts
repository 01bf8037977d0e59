import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** How a program ended. */
export interface ClientResult {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export interface ClientOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** Its working directory, and its home. */
  readonly folder: string;
}

const TIMEOUT_MILLISECONDS = 60_000;

/** Runs a program with this environment and nothing else. */
export async function runClient(
  [program = '', ...parameters]: readonly string[],
  { environment, folder }: ClientOptions,
): Promise<ClientResult> {
  const child = spawn(program, parameters, {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MILLISECONDS,
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const [code, output, errors] = await Promise.all([promise, text(child.stdout), text(child.stderr)]);
  return { code, output, errors };
}
