import { spawn } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { MissingProgramError } from './missing-program-error.ts';
import type { Program } from './programs.ts';
import type { Watchdog } from './start-watchdog.ts';

/** The flags that go into a program's bytes, and so into its place in the cache. */
export function buildFlags({ ldflags, tags = [] }: Pick<Program, 'ldflags' | 'tags'>): string[] {
  return [
    '-trimpath',
    `-ldflags=${['-s', '-w', ...ldflags].join(' ')}`,
    ...(tags.length === 0 ? [] : [`-tags=${tags.join(',')}`]),
  ];
}

/** The names that Go has for this machine. */
export function goPlatform(platform: string, architecture: string): { GOOS: string; GOARCH: string } {
  const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
  return { GOOS: platform, GOARCH: architectures[architecture] ?? architecture };
}

/** One build. */
export interface GoBuild {
  program: Program;
  /** Folder of go.mod and go.sum. */
  moduleFolder: string;
  /** Where the program is to be. */
  target: string;
  /** Go's build cache; an interrupted build goes on from it. */
  goCache: string;
  parallelism: number;
  watchdog: Watchdog;
  packageBuilt: () => void;
}

/** Builds a program with the `go` of the PATH and puts it in place in one step. */
export async function goBuild(build: GoBuild): Promise<void> {
  const { program, moduleFolder, target } = build;
  await mkdir(dirname(target), { recursive: true });
  const unfinished = join(dirname(target), `.${program.name}.${process.pid}`);
  const args = ['build', '-v', '-p', String(build.parallelism), ...buildFlags(program)];
  const child = spawn('go', [...args, '-o', unfinished, program.package], {
    cwd: moduleFolder,
    // A group of its own, so that the watchdog ends the compilers too.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      ...goPlatform(process.platform, process.arch),
      CGO_ENABLED: program.cgo === undefined ? '0' : '1',
      GOCACHE: build.goCache,
      // A workspace file in a folder above would change what is built.
      GOWORK: 'off',
    },
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    // `-v` prints the path of each package, one word; all else is a message.
    if (/^\S+$/.test(line)) build.packageBuilt();
    else lines.push(line);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('spawn', () => build.watchdog.watch(child.pid ?? 0));
    child.once('error', reject);
    child.once('close', resolve);
  });
  build.watchdog.forget(child.pid ?? 0);
  if (code !== 0) {
    await rm(unfinished, { force: true });
    const said = lines
      .filter((line) => !/^(#|go: downloading)/.test(line))
      .slice(-3)
      .join('; ');
    const hint = program.cgo === undefined ? '' : `; its build needs ${program.cgo}`;
    throw new MissingProgramError(
      `${program.name} could not be built: ${said || `go ended with ${code}`}${hint}`,
    );
  }
  await rename(unfinished, target);
}
