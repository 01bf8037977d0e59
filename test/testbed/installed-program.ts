import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { parseVersion, versionFits, wantedVersion } from './program-version.ts';
import type { Program } from './programs.ts';

/** Where installed programs are looked for, and how they are asked for their version. */
export interface InstalledSearch {
  /** The folder that controller tests elsewhere in the Kubernetes world take their servers from. */
  kubebuilderAssets: string | undefined;
  /** The PATH variable. */
  path: string | undefined;
  /** Gives what the program prints about its version; undefined when there is no such program. */
  versionOutput: (file: string, args: readonly string[]) => Promise<string | undefined>;
}

/** What the search came to: a program that fits, if any, and a line for each that was passed over. */
export interface InstalledProgram {
  file: string | undefined;
  passedOver: readonly string[];
}

/** Looks in KUBEBUILDER_ASSETS, then along the PATH, for a program whose version fits. */
export async function findInstalled(program: Program, search: InstalledSearch): Promise<InstalledProgram> {
  const passedOver: string[] = [];
  for (const folder of folders(search)) {
    const file = join(folder, program.name);
    const output = await search.versionOutput(file, program.versionArgs);
    if (output === undefined) continue;
    const version = parseVersion(output);
    if (version !== undefined && versionFits(program, version)) return { file, passedOver };
    passedOver.push(
      `${file} is passed over: it reports ${version ?? 'no version'}, the testbed needs ${wantedVersion(program)}`,
    );
  }
  return { file: undefined, passedOver };
}

function folders({ kubebuilderAssets, path }: InstalledSearch): string[] {
  const all = [kubebuilderAssets ?? '', ...(path ?? '').split(delimiter)];
  return [...new Set(all.filter((folder) => folder !== ''))];
}

/** Tells whether the file exists and may be run. */
export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
