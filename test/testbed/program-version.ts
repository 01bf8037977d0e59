import type { Program } from './programs.ts';

/** Reads the first version number, as in `v1.37.2`, out of what a program printed about itself. */
export function parseVersion(output: string): string | undefined {
  return /\bv?(\d+\.\d+(?:\.\d+)?)/.exec(output)?.[1];
}

/** Tells whether an installed program of this version may stand in for the one that is pinned. */
export function versionFits({ version, fits }: Pick<Program, 'version' | 'fits'>, found: string): boolean {
  const parts = fits === 'Major' ? 1 : 2;
  const head = (text: string): string => text.split('.').slice(0, parts).join('.');
  return head(version) === head(found);
}

/** The version that is asked for, as people write it: `1.37.x`, `4.x`. */
export function wantedVersion({ version, fits }: Pick<Program, 'version' | 'fits'>): string {
  const [major, minor] = version.split('.');
  return fits === 'Major' ? `${major}.x` : `${major}.${minor}.x`;
}
