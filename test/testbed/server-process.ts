import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { compileCache } from './compile-cache.ts';
import type { Watchdog } from './start-watchdog.ts';

/** A user of the system that this process may become, which only root may. */
export interface SystemUser {
  uid: number;
  gid: number;
}

/** What to start, and where its output goes. */
export interface ServerCommand {
  /** For messages, as in `kube-apiserver`. */
  name: string;
  program: string;
  args: readonly string[];
  /** Variables beside PATH and HOME. */
  environment?: Readonly<Record<string, string>>;
  /** Whom it runs as; if not set, as this process. */
  user?: SystemUser | undefined;
  /** The file that gets standard output and error; it is appended to. */
  log: string;
}

/** A server that runs as a child process. */
export interface ServerProcess {
  readonly name: string;
  readonly pid: number;
  readonly running: boolean;
  signal: (signal: NodeJS.Signals) => void;
  /** Asks with SIGTERM, then insists with SIGKILL after `graceMilliseconds` (0: at once). */
  stop: (graceMilliseconds: number) => Promise<void>;
  /** Polls until `probe` answers true; throws with the last output lines when the server ends or the time is up. */
  ready: (probe: () => Promise<boolean>, timeoutMilliseconds: number) => Promise<void>;
}

const lastLines = 15;
const pollMilliseconds = 15;

/** Starts a server in a process group of its own, watched so that it never outlives this process. */
export async function startServer(command: ServerCommand, watchdog: Watchdog): Promise<ServerProcess> {
  // A file and not a pipe: a server must not stall because its parent is busy or paused.
  const log = openSync(command.log, 'a');
  const child = spawn(command.program, command.args, {
    detached: true,
    stdio: ['ignore', log, log],
    ...command.user,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...compileCache(), ...command.environment },
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => {
      reject(new Error(`${command.name} could not be started from ${command.program}`, { cause }));
    });
  });
  const pid = child.pid ?? 0;
  watchdog.watch(pid);
  let ending: string | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      ending = signal === null ? `exit code ${code}` : `signal ${signal}`;
      watchdog.forget(pid);
      resolve();
    });
  });
  const signal = (name: NodeJS.Signals): void => {
    if (ending === undefined) process.kill(-pid, name);
  };
  return {
    name: command.name,
    pid,
    get running() {
      return ending === undefined;
    },
    signal,
    stop: async (graceMilliseconds) => {
      if (graceMilliseconds > 0) {
        signal('SIGTERM');
        await Promise.race([ended, delay(graceMilliseconds, undefined, { ref: false })]);
      }
      signal('SIGKILL');
      await ended;
    },
    ready: async (probe, timeoutMilliseconds) => {
      const deadline = performance.now() + timeoutMilliseconds;
      while (!(await probe())) {
        if (ending !== undefined) throw new Error(failure(command, `ended with ${ending}`));
        if (performance.now() > deadline) {
          throw new Error(failure(command, `was not ready within ${timeoutMilliseconds / 1000} s`));
        }
        await delay(pollMilliseconds);
      }
    },
  };
}

function failure(command: ServerCommand, what: string): string {
  const lines = readFileSync(command.log, 'utf8').trimEnd().split('\n').slice(-lastLines);
  return `${command.name} ${what}. Its last lines (${command.log}):\n${lines.join('\n')}`;
}
