import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { BUSYBOX } from './test-image.ts';
import { PYTHON } from './workload-images.ts';

/** Where the programs of a node are found; an ordinary PATH may lack the folders for root. */
export const NODE_PATH = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'].join(
  delimiter,
);

/** Files that a node needs beside the programs that the testbed builds, by the package of Debian that has them. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  iproute2: ['ip'],
  nftables: ['nft'],
  iptables: ['iptables', 'iptables-save', 'iptables-restore'],
  ipset: ['ipset'],
  conntrack: ['conntrack'],
  'containernetworking-plugins': ['/usr/lib/cni/ptp', '/usr/lib/cni/host-local', '/usr/lib/cni/portmap'],
  'busybox-static': [BUSYBOX],
  'util-linux': ['unshare', 'nsenter'],
  // An agent in the tests.
  'python3-minimal': [PYTHON],
};

/** The machine, as far as a node depends on it. */
export interface NodeMachine {
  readonly platform: string;
  readonly userId: number | undefined;
  /** Whether this file exists: a path, or the name of a program on the PATH. */
  readonly has: (file: string) => boolean;
}

/** This machine. */
export const thisMachine: NodeMachine = {
  platform: process.platform,
  userId: process.getuid?.(),
  has: (file) =>
    file.startsWith('/')
      ? existsSync(file)
      : NODE_PATH.split(delimiter).some((folder) => isExecutable(join(folder, file))),
};

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Says in one line what this machine lacks to run a node; undefined when it lacks nothing. */
export function missingForNode(machine: NodeMachine): string | undefined {
  if (machine.platform !== 'linux') return `a node needs Linux, and this is ${machine.platform}`;
  if (machine.userId !== 0) return 'a node needs root: run the tests as root';
  const packages = Object.entries(FILES)
    .filter(([, files]) => !files.every(machine.has))
    .map(([name]) => name);
  if (packages.length === 0) return undefined;
  return `a node needs ${packages.join(', ')}: apt-get install ${packages.join(' ')}`;
}
