import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { installPackages } from './npm-packages.ts';
import { copyDebianPackage, copyNode, DEBIAN_PACKAGES } from './pinned-files.ts';
import { runProgram } from './run-program.ts';

/** The user of both images, by convention "nonroot". */
export const USER_ID = 65_532;

const BASE_FILES: Readonly<Record<string, string>> = {
  'etc/passwd': `root:x:0:0:root:/:/nonexistent\nnonroot:x:${USER_ID}:${USER_ID}:nonroot:/:/nonexistent\n`,
  'etc/group': `root:x:0:\nnonroot:x:${USER_ID}:\n`,
  // Names of hostAliases come first.
  'etc/nsswitch.conf': 'hosts: files dns\n',
};

const EXECUTABLE = /^(usr\/bin\/|lib64\/ld-linux)/;
const START_GATE = 'bin/start-gate.js';

/** The imports and re-exports of a compiled module. */
const IMPORT = /^(?:import\s*|(?:import|export)\s[^'";(]*?\bfrom\s*)['"]([^'"]+)['"]/gm;

/** Stages what both images have: Node, the libraries that it loads, and the names of the users. */
export function stageBase(root: string, rootfs: string): void {
  copyNode(join(root, 'node_modules'), rootfs);
  for (const pinned of DEBIAN_PACKAGES) copyDebianPackage(pinned, rootfs);
  for (const [path, text] of Object.entries(BASE_FILES)) {
    mkdirSync(dirname(join(rootfs, path)), { recursive: true });
    writeFileSync(join(rootfs, path), text);
  }
  setModes(rootfs);
}

/** Stages what the image `cloister` adds: the programs and the npm packages that they import, in `/cloister`. */
export function stageCloister(root: string, compiled: string, rootfs: string): void {
  const folder = join(rootfs, 'cloister');
  mkdirSync(folder, { recursive: true });
  installPackages(root, folder);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  cpSync(compiled, join(folder, 'dist'), { recursive: true });
  rmSync(join(folder, 'dist', 'gate'), { recursive: true });
  rmSync(join(folder, 'dist', START_GATE));
  setModes(rootfs);
}

/** Stages what the image `start-gate` adds: one program and the modules that it imports, in `/start-gate`. */
export function stageStartGate(root: string, compiled: string, rootfs: string): void {
  const folder = join(rootfs, 'start-gate');
  for (const file of importedFiles(compiled, START_GATE)) {
    const target = join(folder, 'dist', file);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(compiled, file), target);
  }
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'package.json'), '{"name":"start-gate","private":true,"type":"module"}\n');
  setModes(rootfs);
}

/** Compiles the programs into a folder, without what only debuggers and compilers read. */
export function compile(root: string, folder: string): void {
  const flags = ['--declaration', 'false', '--sourceMap', 'false', '--outDir', folder];
  runProgram(join(root, 'node_modules/.bin/tsc'), ['-p', join(root, 'tsconfig.build.json'), ...flags], root);
}

/** Returns a module and all modules that it imports, from the folder. Throws where one imports a package. */
function importedFiles(folder: string, start: string): ReadonlySet<string> {
  const files = new Set([start]);
  // A set is iterated in order, also over what is added meanwhile.
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, specifier = ''] of text.matchAll(IMPORT)) {
      if (specifier.startsWith('.')) files.add(relative(folder, join(folder, dirname(file), specifier)));
      else if (!specifier.startsWith('node:')) {
        throw new Error(
          `${file} imports ${specifier}; the start gate may import only src/gate, src/lib and node:`,
        );
      }
    }
  }
  return files;
}

/** Nobody but root may write, and only programs are executable, whatever the umask and the archives of npm say. */
function setModes(rootfs: string, path = ''): void {
  chmodSync(join(rootfs, path), 0o755);
  for (const entry of readdirSync(join(rootfs, path), { withFileTypes: true })) {
    const own = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) setModes(rootfs, own);
    else if (entry.isFile()) chmodSync(join(rootfs, own), EXECUTABLE.test(own) ? 0o755 : 0o644);
    else throw new Error(`${own} is neither a file nor a folder; an image has no links and no devices`);
  }
}
