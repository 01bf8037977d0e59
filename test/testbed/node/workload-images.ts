import { globSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runCommand, orThrow } from '../run-command.ts';
import { type ImageArchive, ociArchive } from './oci-archive.ts';
import { type ArchiveEntry, tarArchive } from './tar-archive.ts';
import { testImageEntries } from './test-image.ts';

/** The shapes of workloads that Cloister promises to run. */
export type WorkloadShape = 'Python' | 'Node' | 'Shell' | 'Static';

export const WORKLOAD_SHAPES: readonly WorkloadShape[] = ['Python', 'Node', 'Shell', 'Static'];

/** Debian's, whatever else is on the PATH. */
export const PYTHON = '/usr/bin/python3';
const SOURCES = join(import.meta.dirname, 'workloads');
/** Parts of the standard library that no agent needs to start. */
const NOT_PACKED =
  /(^|\/)(test|tests|__pycache__|config-[^/]*|idlelib|lib2to3|ensurepip|tkinter|turtledemo)\//;

/** Makes an image whose entry point is a program that prints what it sees of its container, and then waits. */
export async function workloadImage(shape: WorkloadShape, folder: string): Promise<ImageArchive> {
  const { entries, command } = await CONTENTS[shape](folder);
  return ociArchive(tarArchive(withFolders([...entries, { path: 'tmp/', mode: 0o1777 }])), {
    Entrypoint: command,
    Env: ['PATH=/usr/bin:/bin'],
  });
}

interface Content {
  readonly entries: readonly ArchiveEntry[];
  readonly command: readonly string[];
}

const CONTENTS: Readonly<Record<WorkloadShape, (folder: string) => Promise<Content>>> = {
  Python: async () => ({
    entries: [
      ...(await withLibraries(PYTHON, 'usr/bin/python3')),
      ...(await pythonLibrary()),
      source('inspect.py'),
    ],
    command: ['/usr/bin/python3', '/inspect.py'],
  }),
  Node: async () => ({
    entries: [...(await withLibraries(process.execPath, 'usr/bin/node')), source('inspect.mjs')],
    command: ['/usr/bin/node', '/inspect.mjs'],
  }),
  Shell: () =>
    Promise.resolve({
      entries: [...testImageEntries(), source('inspect.sh')],
      command: ['/bin/sh', '/inspect.sh'],
    }),
  Static: async (folder) => ({
    entries: [await goProgram(join(folder, 'inspect'))],
    command: ['/inspect'],
  }),
};

function source(name: string): ArchiveEntry {
  return { path: name, mode: 0o644, content: readFileSync(join(SOURCES, name)) };
}

/** A program and the shared libraries that it is linked against. */
async function withLibraries(program: string, path: string): Promise<readonly ArchiveEntry[]> {
  const files = [...(await librariesOf(program))].map((file) => executable(file, file.slice(1)));
  return [executable(program, path), ...files];
}

function executable(file: string, path: string): ArchiveEntry {
  return { path, mode: 0o755, content: readFileSync(file) };
}

async function librariesOf(...programs: readonly string[]): Promise<readonly string[]> {
  const environment = { PATH: process.env['PATH'] ?? '' };
  const { stdout } = await orThrow('ldd', runCommand({ program: 'ldd', args: programs, environment }));
  return [...new Set([...stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map(([, file = '']) => file))];
}

async function pythonLibrary(): Promise<readonly ArchiveEntry[]> {
  const args = ['-c', 'import sysconfig; print(sysconfig.get_path("stdlib"))'];
  const { stdout } = await orThrow('python3', runCommand({ program: PYTHON, args, environment: {} }));
  const library = stdout.trim();
  const files = globSync('**/*.{py,so}', { cwd: library }).filter((file) => !NOT_PACKED.test(file));
  const modules = files.filter((file) => file.endsWith('.so')).map((file) => join(library, file));
  return [
    ...files.map((file) => executable(realpathSync(join(library, file)), relative('/', join(library, file)))),
    ...(await librariesOf(...modules)).map((file) => executable(file, file.slice(1))),
  ];
}

async function goProgram(target: string): Promise<ArchiveEntry> {
  const args = ['build', '-trimpath', '-ldflags=-s -w', '-o', target, join(SOURCES, 'inspect.go')];
  const environment = { HOME: process.env['HOME'] ?? '/', CGO_ENABLED: '0' };
  await orThrow('go build', runCommand({ program: 'go', args, environment }));
  return executable(target, 'inspect');
}

/** The entries sorted, each path once, and before them the folders that they are in. */
function withFolders(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const all = new Map<string, ArchiveEntry>();
  for (const entry of entries) {
    const parts = entry.path.split('/').slice(0, -1);
    for (const [index] of parts.entries()) {
      const path = `${parts.slice(0, index + 1).join('/')}/`;
      if (!all.has(path)) all.set(path, { path, mode: 0o755 });
    }
    all.set(entry.path, entry);
  }
  return [...all.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1));
}
