import type { DatabaseStatements } from './database-session.ts';

/**
 * Makes names of the rest of the transaction those of PostgreSQL, whatever the login or the database is set to. How the server writes
 * an expression depends on the search path, and so does which operator `=` is.
 */
export async function useOwnSearchPath({ query }: DatabaseStatements): Promise<void> {
  await query("SELECT set_config('search_path', 'pg_catalog, pg_temp', true)");
}
