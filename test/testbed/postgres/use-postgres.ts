import { afterAll, beforeAll, describe } from 'vitest';
import { canRun } from '../can-run.ts';
import { findPostgresPackage, type PostgresVersion } from './postgres-package.ts';
import { type PostgresOptions, type StartedPostgres, startPostgres } from './start-postgres.ts';

/** The versions of PostgreSQL that Cloister is tested on, the newest first. */
export const POSTGRES_VERSIONS: readonly PostgresVersion[] = [18, 16];

// The programs are copied and initialized within this time where they never were; afterwards it starts within a second.
const START_MILLISECONDS = 120_000;

/**
 * A PostgreSQL of the test file's own. Call it at the top of the file or of a `describe`, and use it inside hooks that come
 * after it and tests. Each use of a property is one of the server that runs.
 */
export function usePostgres(options: PostgresOptions): StartedPostgres {
  let postgres: StartedPostgres | undefined;
  beforeAll(async () => {
    postgres = await startPostgres(options);
  }, START_MILLISECONDS);
  afterAll(() => postgres?.stop());
  return new Proxy({} as StartedPostgres, {
    get: (_, property) => {
      if (postgres === undefined)
        throw new Error('PostgreSQL does not run yet: use it inside a hook or a test');
      return Reflect.get(postgres, property);
    },
  });
}

/**
 * Declares tests once for each version, on a server that they share. Where a version cannot run, its tests are skipped and one line says
 * why; with `CLOISTER_TESTBED=required` they fail.
 */
export function describeEachPostgres(
  name: string,
  declare: (postgres: StartedPostgres) => void,
  options: Omit<PostgresOptions, 'version'> = {},
): void {
  for (const version of POSTGRES_VERSIONS)
    describePostgres(name, (postgres) => declare(postgres), { ...options, version });
}

/** Declares tests on a server of one version, as {@link describeEachPostgres} does for each. */
export function describePostgres(
  name: string,
  declare: (postgres: StartedPostgres) => void,
  options: PostgresOptions,
): void {
  const found = findPostgresPackage(options.version);
  const canStart = canRun(`tests on PostgreSQL ${options.version}`, typeof found === 'string' ? found : null);
  describe.skipIf(!canStart)(`${name} (PostgreSQL ${options.version})`, () => declare(usePostgres(options)));
}
