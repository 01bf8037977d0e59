import type { Clock } from '../../lib/clock.ts';
import { openDatabase } from '../../postgres/open-database.ts';
import type { DatabaseIsolation } from './database-isolation.ts';

/** Isolates tenants in PostgreSQL, each call over a connection of its own. */
export function createPostgresIsolation(clock: Clock): DatabaseIsolation {
  return {
    isolate: async ({ place, dial, login }, signal) => {
      const session = await openDatabase({ place, dial, login, clock, signal });
      await session.close();
      return { outcome: 'NothingToTry', findings: [], statements: 0 };
    },
    remove: async ({ place, dial, login }, signal) => {
      const session = await openDatabase({ place, dial, login, clock, signal });
      await session.close();
    },
  };
}
