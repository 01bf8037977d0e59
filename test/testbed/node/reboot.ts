import { globSync, readdirSync, readFileSync } from 'node:fs';
import type { NodeNamespaces } from './node-namespaces.ts';
import { containerdSocket, type NodePlan } from './node-plan.ts';

/**
 * Ends kubelet, containerd and all containers, without a word to them, as a loss of power would, and starts kubelet and
 * containerd again. Files stay, and so do the network and its rules.
 */
export async function reboot({ ask }: NodeNamespaces, plan: NodePlan): Promise<void> {
  await ask('kill', 'kubelet');
  await ask('kill', 'containerd');
  for (const pid of [...shims(plan), ...processesOfPods(plan)]) kill(pid);
  await ask('start', 'containerd');
  await ask('start', 'kubelet');
}

/** The parents of containers, which outlive containerd. */
function shims({ folder }: NodePlan): readonly number[] {
  const socket = containerdSocket(folder);
  const isShim = (pid: string): boolean => {
    const words = read(`/proc/${pid}/cmdline`).split('\0');
    return words[0]?.endsWith('containerd-shim-runc-v2') === true && words.includes(socket);
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isShim(name))
    .map(Number);
}

/** On cgroups of version 1 a pod's are below each hierarchy. */
function processesOfPods({ cgroup }: NodePlan): readonly number[] {
  const files = globSync([
    `/sys/fs/cgroup/${cgroup}/**/cgroup.procs`,
    `/sys/fs/cgroup/*/${cgroup}/**/cgroup.procs`,
  ]);
  const pids = files.flatMap((file) =>
    read(file)
      .split('\n')
      .filter((line) => line !== ''),
  );
  return [...new Set(pids)].map(Number);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process, or its cgroup, has ended.
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
