import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a node could leave behind on the machine, or change. */
export interface MachineState {
  readonly interfaces: readonly string[];
  readonly routes: readonly string[];
  readonly mounts: readonly string[];
  /** Those of the folders that a node's servers write to that exist, and what is in them. */
  readonly files: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
}

// What the servers of a node write to by fixed names.
const FOLDERS = [
  '/etc/cni',
  '/etc/containerd',
  '/opt/cni',
  '/opt/containerd',
  '/run/cni',
  '/run/containerd',
  '/run/netns',
  '/run/runc',
  '/run/xtables.lock',
  '/var/lib/cni',
  '/var/lib/containerd',
  '/var/lib/kubelet',
  '/var/log/containers',
  '/var/log/pods',
];
const SYSCTLS = ['kernel', 'vm', 'net', 'fs', 'user'];

/** Counters, random numbers and process numbers. */
const CHANGING =
  /^(kernel\/(random\/|ns_last_pid|pty\/nr|tainted|hotplug)|fs\/(dentry-state|file-nr|inode-nr|inode-state|quota|aio-nr)|net\/netfilter\/nf_conntrack_count|vm\/stat)/;

/** Takes down the state of the machine, as far as this process sees it. */
export function machineState(): MachineState {
  const lines = (...args: string[]) => execFileSync('ip', args, { encoding: 'utf8' }).trimEnd().split('\n');
  return {
    interfaces: lines('-brief', 'link').map((line) => line.split(/\s+/)[0] ?? ''),
    routes: [...lines('route'), ...lines('-6', 'route')],
    mounts: readFileSync('/proc/self/mounts', 'utf8').trimEnd().split('\n'),
    files: FOLDERS.filter((path) => existsSync(path)).flatMap((path) => [
      path,
      ...list(path).map((name) => join(path, name)),
    ]),
    sysctls: Object.fromEntries(SYSCTLS.flatMap((name) => readSysctls(name))),
  };
}

/** Processes that are in one of these namespaces, as `/proc/PID/ns` links name them. */
export function processesIn(namespaces: readonly string[]): readonly string[] {
  return list('/proc').filter(
    (pid) =>
      /^\d+$/.test(pid) &&
      ['net', 'pid', 'mnt'].some((type) => namespaces.includes(link(`/proc/${pid}/ns/${type}`))),
  );
}

/** Cgroups of this name in every hierarchy. */
export function cgroupsNamed(name: string): readonly string[] {
  return ['/sys/fs/cgroup', ...list('/sys/fs/cgroup').map((hierarchy) => join('/sys/fs/cgroup', hierarchy))]
    .filter((folder) => list(folder).includes(name))
    .map((folder) => join(folder, name));
}

function readSysctls(path: string): readonly (readonly [string, string])[] {
  if (CHANGING.test(path)) return [];
  const file = join('/proc/sys', path);
  try {
    if (statSync(file).isDirectory())
      return readdirSync(file).flatMap((name) => readSysctls(join(path, name)));
    return [[path, readFileSync(file, 'utf8').trim()]];
  } catch {
    // Some can only be written.
    return [];
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
