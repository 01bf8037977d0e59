import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { MissingProgramError } from './missing-program-error.ts';

/** One call of `go` in a module of the testbed. */
export interface GoCall {
  /** Folder under `modules/`. */
  readonly module: string;
  readonly args: readonly string[];
  /** Standard input. */
  readonly input?: string;
  /** What the call is for, after "which", where there is no Go. */
  readonly purpose: string;
}

/** Runs `go` and gives what it printed. Throws `MissingProgramError` where there is no Go. */
export async function runGo({ module, args, input = '', purpose }: GoCall): Promise<string> {
  const child = spawn('go', args, {
    cwd: fileURLToPath(new URL(`modules/${module}`, import.meta.url)),
    // A workspace file in a folder above would change what is run.
    env: { ...process.env, GOWORK: 'off', CGO_ENABLED: '0' },
  });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'ENOENT'
          ? new MissingProgramError(`missing Go 1.26 or later, which ${purpose}`, { cause })
          : cause,
      ),
    );
    child.once('close', resolve);
  });
  // A program that ends before it has read everything says why on its standard error.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [ended, printed, said] = await Promise.all([code, text(child.stdout), text(child.stderr)]);
  if (ended !== 0) throw new Error(`go ${args.join(' ')} in ${module} ended with ${ended}: ${said}`);
  return printed;
}
