import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildParallelism, diskShortage } from './build-limits.ts';
import { withBuildLock } from './build-lock.ts';
import { showBuildProgress } from './build-progress.ts';
import { goBuild } from './go-build.ts';
import { isExecutable } from './installed-program.ts';
import { MissingProgramError } from './missing-program-error.ts';
import { wantedVersion } from './program-version.ts';
import type { Program } from './programs.ts';
import { startWatchdog } from './start-watchdog.ts';

/** A program that is to be built. */
export interface PlannedBuild {
  program: Program;
  /** Folder of its go.mod. */
  moduleFolder: string;
  /** Where the program is to be. */
  target: string;
}

/** Builds what is still missing once the lock is held, then drops Go's build cache to give the disk back. */
export async function buildPrograms(planned: readonly PlannedBuild[], cache: string): Promise<void> {
  await requireGo(planned);
  await mkdir(cache, { recursive: true });
  const onWait = (owner: string): void => {
    process.stderr.write(`testbed: waiting for another build to end (process ${owner})\n`);
  };
  await withBuildLock(join(cache, 'build.lock'), onWait, () => buildLocked(planned, cache));
}

async function buildLocked(planned: readonly PlannedBuild[], cache: string): Promise<void> {
  const missing: PlannedBuild[] = [];
  for (const build of planned) {
    if (!(await isExecutable(build.target))) missing.push(build);
  }
  if (missing.length === 0) return;
  const goCache = join(cache, 'gobuild');
  await requireDisk(missing, cache, goCache);
  const parallelism = buildParallelism({
    cores: availableParallelism(),
    availableMemory: process.availableMemory(),
  });
  const progress = showBuildProgress(process.stderr, missing.length, () => performance.now());
  const watchdog = startWatchdog();
  try {
    for (const build of missing) {
      progress.begin(build.program.name);
      const packageBuilt = (): void => progress.packageBuilt();
      await goBuild({ ...build, goCache, parallelism, watchdog, packageBuilt });
      progress.end();
    }
  } finally {
    progress.close();
    await watchdog.close();
  }
  await rm(goCache, { recursive: true, force: true });
}

async function requireGo(planned: readonly PlannedBuild[]): Promise<void> {
  const version = await promisify(execFile)('go', ['version']).catch(() => undefined);
  if (version !== undefined) return;
  const names = planned.map(({ program }) => `${program.name} ${wantedVersion(program)}`).join(', ');
  throw new MissingProgramError(
    `missing ${names}: install Go 1.26 or later (they are then built once), ` +
      'or put them on the PATH or into the folder that KUBEBUILDER_ASSETS names',
  );
}

async function requireDisk(missing: readonly PlannedBuild[], cache: string, goCache: string): Promise<void> {
  // A build that was interrupted has spent part of the space already.
  if (existsSync(goCache)) return;
  const { bavail, bsize } = await statfs(cache);
  const modules = missing.map(({ program }) => program.module);
  const shortage = diskShortage(modules, bavail * bsize, cache);
  if (shortage !== undefined) throw new MissingProgramError(shortage);
}
