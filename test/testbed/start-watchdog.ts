import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Kills what it watches, and removes the folders it was told of, when this process ends in any way. */
export interface Watchdog {
  /** Watches the process group led by `pid`. */
  watch: (pid: number) => void;
  /** Stops watching a group that has ended, so that a reused number is never killed. */
  forget: (pid: number) => void;
  /** Removes the folder at the end. */
  folder: (path: string) => void;
  /** Removes the cgroup, and those below it, at the end. */
  cgroup: (path: string) => void;
  /** Ends the watchdog now: what is still watched is killed. Resolves when that is done. */
  close: () => Promise<void>;
}

/**
 * Starts the watchdog process. Exit handlers are not enough here: none runs on SIGKILL or when a test
 * runner ends its workers, and a control plane that is left behind takes half a gigabyte.
 */
export function startWatchdog(): Watchdog {
  const child = spawn(process.execPath, [fileURLToPath(new URL('watchdog.ts', import.meta.url))], {
    // A session of its own: Ctrl-C on the terminal reaches the parent, not the one who cleans up after it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdin.on('error', () => {
    // The watchdog was killed from outside; nothing can be told to it any more.
  });
  child.unref();
  const tell = (instruction: string): void => {
    child.stdin.write(`${instruction}\n`);
  };
  return {
    watch: (pid) => tell(`watch ${pid}`),
    forget: (pid) => tell(`forget ${pid}`),
    folder: (path) => tell(`folder ${path}`),
    cgroup: (path) => tell(`cgroup ${path}`),
    close: async () => {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
