import type { DatabaseStatements } from './database-session.ts';

/** What a server has of the logins of one sandbox. */
export interface LoginsLeft {
  readonly roles: number;
  /** Their sessions, in all databases. */
  readonly sessions: number;
}

/**
 * Counts what is left of the logins that carry a mark. It needs no right but to connect, and sees all databases of the server.
 * Rejects with a DatabaseError.
 */
export async function findLoginsLeft(session: DatabaseStatements, mark: string): Promise<LoginsLeft> {
  const { rows } = await session.query<{ roles: number; sessions: number }>(QUERY, [mark]);
  return { roles: rows[0]?.roles ?? 0, sessions: rows[0]?.sessions ?? 0 };
}

const QUERY = `
  SELECT count(DISTINCT r.oid)::int AS roles, count(a.pid)::int AS sessions
  FROM pg_catalog.pg_roles r LEFT JOIN pg_catalog.pg_stat_activity a ON a.usesysid = r.oid
  WHERE pg_catalog.shobj_description(r.oid, 'pg_authid') = $1`;
