import { mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Keeps what is compiled of modules that are imported from now on, since reading them is most of a short command.
 * In the user's own cache folder, and not in the shared one for temporary files that Node would choose: what stands there
 * is run. Where it cannot be written, everything is compiled as without it.
 */
export function keepCompiled(environment: Readonly<Record<string, string | undefined>>): void {
  try {
    const cache = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
    const folder = join(cache, 'cloister', 'compiled');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    enableCompileCache(folder);
  } catch {
    // No home, or one that is read-only, as in a container.
  }
}
