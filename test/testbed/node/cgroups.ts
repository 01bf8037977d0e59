import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const REMOVAL_ATTEMPTS = 50;
const REMOVAL_PAUSE_MILLISECONDS = 100;

/** Makes a cgroup of this name below the root of every hierarchy, of version 1 and 2; gives their paths. */
export async function createCgroups(name: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const root of await hierarchies()) {
    const path = join(root, name);
    await mkdir(path);
    paths.push(path);
    // Version 1 gives a new cpuset no processors and no memory, and nothing can run in it.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (existsSync(join(root, file)) && existsSync(join(path, file))) {
        await writeFile(join(path, file), await readFile(join(root, file)));
      }
    }
  }
  return paths;
}

/** Removes a cgroup and those below it. A cgroup can be busy for a moment after its last process was killed. */
export async function removeCgroup(path: string): Promise<void> {
  for (let attempt = 1; existsSync(path); attempt += 1) {
    try {
      for (const entry of await readdir(path, { withFileTypes: true })) {
        if (entry.isDirectory()) await removeCgroup(join(path, entry.name));
      }
      await rmdir(path);
    } catch (error) {
      if (attempt === REMOVAL_ATTEMPTS) throw error;
      await delay(REMOVAL_PAUSE_MILLISECONDS);
    }
  }
}

/** Where the cgroup file systems are mounted. */
async function hierarchies(): Promise<readonly string[]> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, path = '']) => path);
}
