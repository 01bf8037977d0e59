import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildPrograms, type PlannedBuild } from './build-programs.ts';
import { buildFlags, goPlatform } from './go-build.ts';
import { findInstalled, isExecutable } from './installed-program.ts';
import { cacheFolder, cacheKey } from './program-cache.ts';
import { type Program, type ProgramName, programs } from './programs.ts';

/** The programs that were asked for. */
export interface ProvidedPrograms {
  /** The file to run; throws for a program that was not asked for. */
  path: (name: ProgramName) => string;
}

// Set once said, and inherited by child processes: one line a run, not one a test file.
const saidVariable = 'CLOISTER_TESTBED_SAID';

/**
 * Finds each program in KUBEBUILDER_ASSETS, on the PATH or in the cache, and builds what is left.
 * Throws `MissingProgramError`, whose message is one line, when one cannot be had.
 */
export async function providePrograms(names: readonly ProgramName[]): Promise<ProvidedPrograms> {
  const wanted = programs.filter(({ name }) => names.includes(name));
  const files = new Map<ProgramName, string>();
  const missing: PlannedBuild[] = [];
  const cache = cacheFolder(process.env);
  const located = await Promise.all(wanted.map((one) => locate(one, cache)));
  for (const { program, installed, target, moduleFolder } of located) {
    files.set(program.name, installed ?? target);
    if (installed === undefined && !(await isExecutable(target))) {
      missing.push({ program, target, moduleFolder });
    }
  }
  if (missing.length > 0) await buildPrograms(missing, cache);
  return {
    path: (name) => {
      const file = files.get(name);
      if (file === undefined) throw new Error(`${name} was not asked for`);
      return file;
    },
  };
}

interface LocatedProgram extends PlannedBuild {
  installed: string | undefined;
}

async function locate(program: Program, cache: string): Promise<LocatedProgram> {
  const { file, passedOver } = await findInstalled(program, {
    kubebuilderAssets: process.env['KUBEBUILDER_ASSETS'],
    path: process.env['PATH'],
    versionOutput,
  });
  for (const line of passedOver) sayOnce(line);
  const moduleFolder = fileURLToPath(new URL(`modules/${program.module}`, import.meta.url));
  const { GOOS, GOARCH } = goPlatform(process.platform, process.arch);
  const key = cacheKey({
    goMod: await readFile(join(moduleFolder, 'go.mod'), 'utf8'),
    goSum: await readFile(join(moduleFolder, 'go.sum'), 'utf8'),
    package: program.package,
    flags: buildFlags(program),
    platform: `${GOOS}/${GOARCH}`,
  });
  return { program, installed: file, moduleFolder, target: join(cache, key, program.name) };
}

async function versionOutput(file: string, args: readonly string[]): Promise<string | undefined> {
  if (!(await isExecutable(file))) return undefined;
  return promisify(execFile)(file, [...args], { timeout: 10_000 }).then(
    ({ stdout, stderr }) => stdout + stderr,
    () => '',
  );
}

function sayOnce(line: string): void {
  const said = process.env[saidVariable] ?? '';
  if (said.includes(line)) return;
  process.env[saidVariable] = `${said}${line}\n`;
  process.stderr.write(`testbed: ${line}\n`);
}
