import type { Clock } from '../../lib/clock.ts';
import type { TenantDatabase } from '../../policy/sql/find-database.ts';
import type { DatabaseLogin, DatabaseSession } from '../../postgres/database-session.ts';
import { openDatabase } from '../../postgres/open-database.ts';
import { dialChecked } from '../egress/connect-to.ts';
import type { Network } from '../egress/network.ts';

export interface OpenSessionOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly database: TenantDatabase;
  /** All of the addresses of its host, which are allowed. */
  readonly addresses: readonly string[];
  readonly login: DatabaseLogin;
}

/**
 * The most that one batch of rows may have, in bytes, and so the most that one row may have. What a statement holds of the memory of the
 * gateway is not more than a few times that.
 */
export const MAX_BATCH_BYTES = 4 * 1_024 * 1_024;

/** Longer than any tool may take; each transaction sets its own. */
const STATEMENT_MILLISECONDS = 3_600_000;

/**
 * Connects to one of the addresses, and logs in. Rejects with a DatabaseError, or with the reason of the signal, which ends the session
 * as well whenever it is aborted.
 */
export function openSession(
  { network, clock, database, addresses, login }: OpenSessionOptions,
  signal: AbortSignal,
): Promise<DatabaseSession> {
  const { host, port, database: name, caBundle } = database;
  return openDatabase({
    place: { host, port, database: name, authority: caBundle === null ? null : decode(caBundle) },
    login,
    clock,
    statementMilliseconds: STATEMENT_MILLISECONDS,
    settings: { search_path: 'pg_catalog, pg_temp' },
    maxAnswerBytes: MAX_BATCH_BYTES,
    signal,
    dial: async (ended) => {
      const dialled = await dialChecked(network, { host, port }, addresses, ended);
      if ('refusal' in dialled) throw new Error(dialled.refusal.message);
      // What the server ends is of no more use.
      dialled.socket.allowHalfOpen = false;
      return dialled.socket;
    },
  });
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}
