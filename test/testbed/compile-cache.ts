const VARIABLE = 'NODE_COMPILE_CACHE';

/**
 * The variable that names the folder where Node keeps what it compiled, or nothing where it is not set. Programs that are
 * started from their sources are compiled once, then, and not at every start.
 */
export function compileCache(): Readonly<Record<string, string>> {
  const folder = process.env[VARIABLE];
  return folder === undefined ? {} : { [VARIABLE]: folder };
}
