import { copyFileSync, existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { runProgram } from './run-program.ts';

/** A package in a folder `node_modules`. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** What `license` of its package.json says. */
  readonly licence: string;
  /** Its folder from the root of the project, with slashes: `node_modules/express`. */
  readonly path: string;
}

/** What Node reads of a package, and what its licence asks to hand on. */
const KEPT_EXTENSIONS: ReadonlySet<string> = new Set(['.js', '.cjs', '.mjs', '.json', '.node', '.wasm']);
const LICENCE_FILE = /^(licen[cs]e|copying|notice|copyright)([-._].*)?$/i;

/** Folders at the root of a package that its code does not load. */
const DROPPED_FOLDERS: ReadonlySet<string> = new Set([
  '.github',
  '.husky',
  'benchmark',
  'benchmarks',
  'coverage',
  'doc',
  'docs',
  'example',
  'examples',
  'prebuilds',
  'test',
  'tests',
  '__tests__',
]);

/** Installs the packages that the programs need, and nothing else, into `folder/node_modules`. */
export function installPackages(root: string, folder: string): void {
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(join(root, file), join(folder, file));
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  runProgram('npm', ['ci', ...flags, '--bin-links=false'], folder);
  rmSync(join(folder, 'package-lock.json'));
  const nodeModules = join(folder, 'node_modules');
  rmSync(join(nodeModules, '.package-lock.json'));
  // Only declarations.
  rmSync(join(nodeModules, '@types'), { recursive: true, force: true });
  for (const { path } of listPackages(folder)) prunePackage(join(folder, path));
}

/** Lists the packages in `folder/node_modules` and in those of the packages, by path. */
export function listPackages(folder: string, path = 'node_modules'): readonly NpmPackage[] {
  const nodeModules = join(folder, path);
  if (!existsSync(nodeModules)) return [];
  return readdirSync(nodeModules)
    .toSorted()
    .flatMap((entry) =>
      entry.startsWith('@')
        ? readdirSync(join(nodeModules, entry))
            .toSorted()
            .map((name) => `${entry}/${name}`)
        : [entry],
    )
    .flatMap((name) => {
      const own = `${path}/${name}`;
      return [readPackage(folder, own), ...listPackages(folder, `${own}/node_modules`)];
    });
}

/** Returns the licence texts in a folder, by name of the file. */
export function licenceTexts(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name))
    .map((entry) => entry.name)
    .toSorted()
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

function readPackage(folder: string, path: string): NpmPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: unknown;
  };
  return { name, version, path, licence: licenceExpression(license) };
}

/** Old packages have an object, or a list to choose from. */
function licenceExpression(license: unknown): string {
  if (Array.isArray(license)) return license.map(licenceExpression).join(' OR ');
  const text = typeof license === 'object' && license !== null && 'type' in license ? license.type : license;
  return typeof text === 'string' && /^[A-Za-z0-9.+() -]+$/.test(text) && !text.startsWith('SEE ')
    ? text
    : 'NOASSERTION';
}

function prunePackage(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && DROPPED_FOLDERS.has(entry.name)) {
      rmSync(join(folder, entry.name), { recursive: true });
    }
  }
  pruneFiles(folder);
}

/** Returns whether something is left. */
function pruneFiles(folder: string): boolean {
  let isKept = false;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      // The packages in there are pruned on their own.
      isKept = entry.name === 'node_modules' || pruneFiles(path) || isKept;
    } else if (KEPT_EXTENSIONS.has(extname(entry.name)) || LICENCE_FILE.test(entry.name)) isKept = true;
    else rmSync(path);
  }
  if (!isKept) rmdirSync(folder);
  return isKept;
}
