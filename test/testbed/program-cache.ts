import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Everything that decides which bytes a build gives. */
export interface CacheKeyInput {
  goMod: string;
  goSum: string;
  package: string;
  flags: readonly string[];
  /** GOOS/GOARCH. */
  platform: string;
}

/** Names a build by its content: the same inputs give the same key, any other input another. */
export function cacheKey(input: CacheKeyInput): string {
  const { goMod, goSum, flags, platform } = input;
  return createHash('sha256')
    .update(JSON.stringify([goMod, goSum, input.package, flags, platform]))
    .digest('hex');
}

/** The folder that keeps built programs, outside any checkout. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const own = environment['CLOISTER_TESTBED_CACHE'];
  if (own !== undefined && own !== '') return own;
  const base = environment['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'cloister', 'testbed');
}
