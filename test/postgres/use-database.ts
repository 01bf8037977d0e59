import { afterEach } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { DatabaseSession } from '../../src/postgres/database-session.ts';
import { openDatabase, type OpenDatabaseOptions } from '../../src/postgres/open-database.ts';
import type { StartedPostgres } from '../testbed/postgres/start-postgres.ts';

/** Opens sessions for tests: as the superuser to `postgres`, where nothing else is given. They are closed after each test. */
export function useDatabase(
  postgres: StartedPostgres,
): (options?: Partial<OpenDatabaseOptions>) => Promise<DatabaseSession> {
  const open: DatabaseSession[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((session) => session.close()));
  });
  return async (options = {}) => {
    const session = await openDatabase({
      place: postgres.place(),
      login: postgres.admin,
      clock: systemClock,
      ...options,
    });
    open.push(session);
    return session;
  };
}
