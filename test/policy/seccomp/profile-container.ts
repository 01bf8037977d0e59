import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readlinkSync } from 'node:fs';
import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { providePrograms } from '../../testbed/provide-programs.ts';
import { type CommandResult, runCommand } from '../../testbed/run-command.ts';

/** Runs commands in containers of runc, without a node. */
export interface ProfileContainer {
  /**
   * Runs a command to its end as user 1001 without capabilities, over the programs of this machine, which it may only read.
   * A null profile is none.
   */
  readonly run: (profile: object | null, command: readonly string[]) => Promise<CommandResult>;
  readonly remove: () => Promise<void>;
}

const WORKLOADS = join(import.meta.dirname, 'workloads');
/** Where the workloads are in the container. */
export const WORKLOAD_FOLDER = '/workloads';
const FOLDERS = ['usr', 'proc', 'dev', 'tmp', 'etc', 'node', 'workloads'];
const READ_ONLY = ['rbind', 'ro', 'nosuid', 'nodev'];

/** Prepares the root file system, and builds the static probe with Go. */
export async function prepareProfileContainer(): Promise<ProfileContainer> {
  const runc = (await providePrograms(['runc'])).path('runc');
  const folder = mkdtempSync(join(tmpdir(), 'cloister-seccomp-'));
  const root = join(folder, 'root');
  for (const name of FOLDERS) await mkdir(join(root, name), { recursive: true });
  // Debian and most others have these as links to folders of /usr.
  for (const name of ['bin', 'lib', 'lib64', 'sbin'])
    await symlink(readlinkSync(`/${name}`), join(root, name));
  buildProbe(join(folder, 'own', 'system-calls'));
  for (const name of ['agent.py', 'agent.mjs', 'agent.sh']) {
    await copyFile(join(WORKLOADS, name), join(folder, 'own', name));
  }
  return {
    run: async (profile, command) => {
      const id = `cloister-seccomp-${randomUUID()}`;
      const bundle = join(folder, id);
      await mkdir(bundle);
      await writeFile(
        join(bundle, 'config.json'),
        JSON.stringify(containerOf({ folder, id, profile, command })),
      );
      const args = ['--root', join(folder, 'state'), 'run', '--bundle', bundle, id];
      const environment = { PATH: process.env['PATH'] ?? '' };
      return runCommand({ program: runc, args, environment });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function buildProbe(target: string): void {
  const { status, stderr, error } = spawnSync('go', ['build', '-o', target, '.'], {
    cwd: join(WORKLOADS, 'system-calls'),
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=mod' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`go build of the probe: ${error?.message ?? stderr}`);
}

interface ContainerInput {
  readonly folder: string;
  readonly id: string;
  readonly profile: object | null;
  readonly command: readonly string[];
}

function containerOf({ folder, id, profile, command }: ContainerInput): object {
  const readOnly = (source: string, destination: string) => ({
    source,
    destination,
    type: 'bind',
    options: READ_ONLY,
  });
  const none = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] };
  return {
    ociVersion: '1.2.0',
    process: {
      user: { uid: 1001, gid: 1001 },
      args: command,
      env: ['PATH=/node:/usr/bin:/bin', 'HOME=/tmp'],
      cwd: '/tmp',
      capabilities: none,
      noNewPrivileges: true,
    },
    root: { path: join(folder, 'root'), readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'nodev', 'mode=1777'] },
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777'] },
      readOnly('/usr', '/usr'),
      readOnly('/etc', '/etc'),
      readOnly(dirname(process.execPath), '/node'),
      readOnly(join(folder, 'own'), WORKLOAD_FOLDER),
    ],
    linux: {
      cgroupsPath: `/${id}`,
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
      ...(profile === null ? {} : { seccomp: profile }),
    },
  };
}
