import { rememberNames } from '../egress/remember-names.ts';
import { createSessionPool } from './session-pool.ts';
import type { SqlWorld } from './sql-operation.ts';

export interface OpenSqlWorld extends SqlWorld {
  /** Ends all sessions. Never rejects. */
  readonly close: () => Promise<void>;
}

/** Statements of agents, without a session yet. */
export function createSqlWorld(options: Omit<SqlWorld, 'pool'>): OpenSqlWorld {
  const { network, clock } = options;
  const pool = createSessionPool({ clock });
  const remembering = rememberNames({ network, monotonicNow: () => performance.now() });
  return { ...options, network: remembering, pool, close: pool.close };
}
