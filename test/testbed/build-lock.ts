import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const heartbeatMilliseconds = 5_000;
const staleMilliseconds = 60_000;
const pollMilliseconds = 500;

/**
 * Runs `action` while no other process holds the lock file, so that two test runs do not build the same twice.
 * A lock whose owner died is taken over. Builds are safe without it (each is put in place by a rename), so that
 * the worst that a race in the take-over does is work done twice.
 */
export async function withBuildLock<T>(
  file: string,
  onWait: (owner: string) => void,
  action: () => Promise<T>,
): Promise<T> {
  await acquire(file, onWait);
  const heartbeat = setInterval(() => {
    const now = new Date();
    void utimes(file, now, now).catch(() => {
      // Taken over by another process; see above.
    });
  }, heartbeatMilliseconds);
  try {
    return await action();
  } finally {
    clearInterval(heartbeat);
    await rm(file, { force: true });
  }
}

async function acquire(file: string, onWait: (owner: string) => void): Promise<void> {
  let said = false;
  for (;;) {
    try {
      await writeFile(file, `${process.pid} ${hostname()}`, { flag: 'wx' });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = await readFile(file, 'utf8').catch(() => undefined);
    if (owner === undefined) continue;
    if (await isStale(file, owner)) {
      const aside = `${file}.${randomUUID()}`;
      await rename(file, aside).then(
        () => rm(aside, { force: true }),
        () => undefined,
      );
      continue;
    }
    if (!said) onWait(owner);
    said = true;
    await delay(pollMilliseconds);
  }
}

async function isStale(file: string, owner: string): Promise<boolean> {
  const [pid, host] = owner.split(' ');
  if (host === hostname() && !isAlive(Number(pid))) return true;
  const touched = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  );
  return Date.now() - touched > staleMilliseconds;
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
