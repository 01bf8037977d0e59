/**
 * The testbed's watchdog: a small process of its own that outlives its parent by the time it takes to clean up.
 *
 * It reads one instruction a line from standard input: `watch PID`, `forget PID`, `folder PATH`, `cgroup
 * PATH`. When the pipe closes, for whatever reason the parent ended (also SIGKILL, when no handler runs), it kills the process
 * groups that are still watched and removes the folders.
 */
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { removeCgroup } from './node/cgroups.ts';

const watched = new Set<number>();
const folders = new Set<string>();
const cgroups = new Set<string>();

const instructions: Record<string, (value: string) => void> = {
  watch: (value) => watched.add(Number(value)),
  forget: (value) => watched.delete(Number(value)),
  folder: (value) => folders.add(value),
  cgroup: (value) => cgroups.add(value),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [verb = '', ...rest] = line.split(' ');
  instructions[verb]?.(rest.join(' '));
}

for (const pid of watched) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is already gone, which is what was wanted.
  }
}
for (const cgroup of cgroups) await removeCgroup(cgroup);
for (const folder of folders) {
  // A server that is being killed may still write: removing is tried again for a moment.
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
