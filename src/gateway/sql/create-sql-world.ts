import type { Clock } from '../../lib/clock.ts';
import type { DecideAddresses } from '../egress/connect-to.ts';
import type { Network } from '../egress/network.ts';
import { rememberNames } from '../egress/remember-names.ts';
import { createSessionPool } from './session-pool.ts';
import type { SqlWorld, StatementLogins } from './sql-operation.ts';

export interface SqlWorldOptions extends Pick<SqlWorld, 'tenant'> {
  readonly logins: StatementLogins;
  readonly network: Network;
  /** Decides about the addresses of the database, which is within the cluster or beside it. */
  readonly decideAddresses: DecideAddresses;
  readonly clock: Clock;
}

export interface OpenSqlWorld extends SqlWorld {
  /** Ends all sessions. Never rejects. */
  readonly close: () => Promise<void>;
}

/** Statements of agents, without a session yet. */
export function createSqlWorld(options: SqlWorldOptions): OpenSqlWorld {
  const { network, clock } = options;
  const pool = createSessionPool({ clock });
  const remembering = rememberNames({ network, monotonicNow: () => performance.now() });
  return { ...options, network: remembering, pool, close: pool.close };
}
