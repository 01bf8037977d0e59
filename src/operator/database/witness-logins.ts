import { wantedRecord } from '../../policy/database/database-record.ts';
import { isDatabaseError } from '../../postgres/database-error.ts';
import { findLoginsLeft } from '../../postgres/find-logins-left.ts';
import { openDatabase } from '../../postgres/open-database.ts';
import type { DatabaseWitness } from '../identity/database-witness.ts';
import type { DatabaseReach } from './database-context.ts';
import { findTask } from './use-database.ts';

/** Asks databases as the admin of the tenant, each time over a connection of its own. */
export function createDatabaseWitness(context: DatabaseReach): DatabaseWitness {
  return {
    findLeft: async (tenant, mark, signal) => {
      const found = context.caches.tenants.get(undefined, tenant);
      const record = found === undefined ? null : wantedRecord(found);
      if (record === null) return null;
      const task = await findTask(record, { tenant, context, signal });
      if ('reason' in task) return null;
      const { place, dial, login } = task;
      try {
        const session = await openDatabase({ place, dial, login, clock: context.clock, signal });
        try {
          return await findLoginsLeft(session, mark);
        } finally {
          await session.close();
        }
      } catch (error) {
        if (isDatabaseError(error)) return null;
        throw error;
      }
    },
  };
}
