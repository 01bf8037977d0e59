import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../lib/error-code.ts';
import { explainReadError } from './read-text.ts';

/** A file to read, or why a path cannot be read. `named` is true for a path that the user gave, false for one in a folder. */
export type FoundPath =
  | { readonly path: string; readonly named: boolean }
  | { readonly path: string; readonly error: string };

// What kubectl reads in a folder. A file that the user names may have any extension.
const EXTENSION = /\.(?:json|yaml|yml)$/;

/**
 * Lists the manifests of a file or folder: everything below a folder in the order of names, hidden folders too because
 * kubectl reads them, but not `.git`. Calls that share `seen` list each real path once. A symbolic link to a folder that
 * holds it is reported as a loop.
 */
export function* findManifests(path: string, seen: Set<string>): Generator<FoundPath> {
  const place = locate(path);
  if ('error' in place) {
    yield { path, error: place.error };
  } else if (place.isFolder) {
    const holdsAny = yield* walk(path, place.real, seen, []);
    if (!holdsAny) yield { path, error: 'holds no .yaml, .yml or .json file: check the path' };
  } else if (isNew(place.real, seen)) {
    yield { path, named: true };
  }
}

/** Returns whether the folder holds anything to read, even if it was listed before. */
function* walk(
  folder: string,
  real: string,
  seen: Set<string>,
  above: readonly string[],
): Generator<FoundPath, boolean> {
  if (above.includes(real)) {
    yield { path: folder, error: `is a symbolic link to ${real}, a folder that holds it: remove the loop` };
    return true;
  }
  if (!isNew(real, seen)) return true;
  const entries = list(folder);
  if ('error' in entries) {
    yield { path: folder, error: entries.error };
    return true;
  }
  let holdsAny = false;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const isManifest = EXTENSION.test(entry.name);
    const place = entry.isSymbolicLink()
      ? locate(path)
      : { real: join(real, entry.name), isFolder: entry.isDirectory() };
    if ('error' in place) {
      // A link that loops could be meant as a folder. Any other broken link without an extension would not be read anyway.
      if (isManifest || place.isLoop) yield { path, error: place.error };
    } else if (place.isFolder) {
      holdsAny = (yield* walk(path, place.real, seen, [...above, real])) || holdsAny;
    } else if (isManifest) {
      holdsAny = true;
      if (isNew(place.real, seen)) yield { path, named: false };
    }
  }
  return holdsAny;
}

function locate(
  path: string,
):
  | { readonly real: string; readonly isFolder: boolean }
  | { readonly error: string; readonly isLoop: boolean } {
  try {
    return { real: realpathSync(path), isFolder: statSync(path).isDirectory() };
  } catch (error) {
    return { error: explainReadError(error), isLoop: errorCode(error) === 'ELOOP' };
  }
}

function list(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.name !== '.git')
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    return { error: explainReadError(error) };
  }
}

function isNew(real: string, seen: Set<string>): boolean {
  if (seen.has(real)) return false;
  seen.add(real);
  return true;
}
