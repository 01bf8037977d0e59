/** Functions of the names `$1`, each as a line: name, arguments, volatility and what it runs. */
export const FUNCTIONS = `SELECT format('%s(%s) %s %s', proname, pg_get_function_identity_arguments(p.oid), provolatile,
    CASE l.lanname WHEN 'internal' THEN prosrc ELSE 'sql ' || coalesce(pg_get_function_sqlbody(p.oid), prosrc) END) AS line,
  prosecdef AS definer
  FROM pg_proc p JOIN pg_language l ON l.oid = prolang
  WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY ($1)`;

/** Operators of the names `$1`, with the types that they take. */
export const OPERATORS = `SELECT oprname AS name, provolatile AS volatility, oprleft::regtype::text || oprright::regtype::text AS types
  FROM pg_operator JOIN pg_proc p ON p.oid = oprcode WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprname = ANY ($1)`;

/** Types of the names `$1`. */
export const TYPES = `SELECT typname AS name, typtype AS kind, provolatile AS volatility FROM pg_type JOIN pg_proc p ON p.oid = typinput
  WHERE typnamespace = 'pg_catalog'::regnamespace AND typname = ANY ($1)`;

/** What may be called with one argument, and so with what stands before a dot. */
export const ATTRIBUTES = `SELECT proname AS name FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
    AND (pronargs >= 1 AND pronargs - pronargdefaults <= 1 OR provariadic <> 0 AND pronargs - pronargdefaults <= 2)
  UNION SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace`;

/** The tables that the session of the process `$1` has locked, as each that is read or written is. */
export const LOCKED = `SELECT DISTINCT n.nspname || '.' || c.relname AS name FROM pg_locks l
  JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE l.pid = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1`;

/** A transaction gets its number with the first thing that it writes. */
export const HAS_WRITTEN = 'SELECT WHERE pg_current_xact_id_if_assigned() IS NOT NULL';

/** What a session keeps beyond its transactions. */
export const SESSION_STATE = `SELECT 'setting ' || name || ' ' || setting AS kept FROM pg_settings
  UNION ALL SELECT 'channel ' || c FROM pg_listening_channels() c
  UNION ALL SELECT 'statement ' || name FROM pg_prepared_statements UNION ALL SELECT 'cursor ' || name FROM pg_cursors
  UNION ALL SELECT 'lock ' || objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
  UNION ALL SELECT 'temporary ' || relname FROM pg_class WHERE relpersistence = 't' ORDER BY 1`;

/** Runs a statement and keeps its locks. Returns how many values it has, or the SQLSTATE of its error. */
export const ATTEMPT = `CREATE OR REPLACE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE answer text;
  BEGIN
    EXECUTE 'SELECT count(x) FROM (' || statement || ') AS t(x)' INTO answer;
    RETURN answer;
  EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
  END $$`;

/** Which of the statements `$1` come to another end than those of `$2`. */
export const DIFFERENT = `SELECT a AS text FROM unnest($1::text[], $2::text[]) AS u(a, b)
  WHERE pg_temp.attempt(a) <> pg_temp.attempt(b)`;
