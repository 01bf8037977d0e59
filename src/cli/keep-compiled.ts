import { mkdirSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const WRITABLE_BY_OTHERS = 0o022;

/**
 * Keeps what is compiled of modules that are imported from now on, since reading them is most of a short command.
 * In the user's own cache folder, and not in the shared one for temporary files that Node would choose, nor in one that
 * another may write or that stands in whatever folder is current: what stands there is run. Where it cannot be kept,
 * everything is compiled as without it.
 */
export function keepCompiled(environment: Readonly<Record<string, string | undefined>>): void {
  try {
    const cache = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
    // XDG Base Directory Specification: a relative path is to be ignored.
    if (!isAbsolute(cache)) return;
    const folder = join(cache, 'cloister', 'compiled');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    if (uid === process.getuid?.() && (mode & WRITABLE_BY_OTHERS) === 0) enableCompileCache(folder);
  } catch {
    // No home, or one that is read-only, as in a container.
  }
}
