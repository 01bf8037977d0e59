import { inspect } from 'node:util';
import { afterEach, expect } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { DatabaseBatch, DatabaseSession } from '../../src/postgres/database-session.ts';
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

/** Reads a result to its end. */
export async function allOf(stream: AsyncIterable<DatabaseBatch>): Promise<DatabaseBatch[]> {
  const batches: DatabaseBatch[] = [];
  for await (const batch of stream) batches.push(batch);
  return batches;
}

/** Whether the session still runs statements. */
export async function isUsable(session: DatabaseSession): Promise<boolean> {
  const { rows } = await session.query('SELECT 1 AS n');
  return rows[0]?.['n'] === 1 && session.isOpen;
}

/** What an opening rejects with. No form of it may hold the password `hunter2`. */
export async function failure(opening: Promise<unknown>): Promise<{ reason: unknown; message: string }> {
  return opening.then(
    () => ({ reason: null, message: 'it opened' }),
    (error: Error & { reason?: unknown }) => {
      expect(`${inspect(error)}${JSON.stringify(error)}`).not.toContain('hunter2');
      return { reason: error.reason, message: error.message };
    },
  );
}
