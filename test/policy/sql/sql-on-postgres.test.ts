import type { Client } from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { loadSqlParser } from '../../../src/lib/sql-parser.ts';
import { decideSql, type SqlRule } from '../../../src/policy/sql/decide-sql.ts';
import { readExplain } from '../../../src/policy/sql/read-explain.ts';
import { SQL_FUNCTIONS, SQL_OPERATORS, SQL_TYPES } from '../../../src/policy/sql/sql-functions.ts';
import { walkStatement } from '../../../src/policy/sql/walk-statement.ts';
import { describeEachPostgres } from '../../testbed/postgres/use-postgres.ts';
import { readNamedStatements, readSchema, readStatements } from './read-statements.ts';

const parser = await loadSqlParser();
const TABLES = ['analytics.*', 'sales.orders'];
const ANALYST: SqlRule = { operations: ['Select'], tables: TABLES };
const QUERIES = [...readStatements('ordinary'), ...readNamedStatements('honest').map(([, text]) => text)];
const CHANGES = readNamedStatements('changes').map(([, text]) => text);

/** Random numbers and the clock: PostgreSQL calls them volatile, and they read and change nothing. */
const VOLATILE =
  /^(array_sample|array_shuffle|clock_timestamp|gen_random_uuid|random|random_normal|timeofday|uuidv4|uuidv7)\(/;

/** What a statement of PostgreSQL 18 fails with on 16: it does not know the words, the function, or the names old and new. */
const UNKNOWN_THERE = new Set(['42601', '42883', '42P01']);

const FUNCTIONS = `SELECT format('%s(%s) %s %s', proname, pg_get_function_identity_arguments(p.oid), provolatile,
    CASE l.lanname WHEN 'internal' THEN prosrc ELSE 'sql ' || coalesce(pg_get_function_sqlbody(p.oid), prosrc) END) AS line,
  prosecdef AS definer
  FROM pg_proc p JOIN pg_language l ON l.oid = prolang
  WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY ($1)`;

const OPERATORS = `SELECT oprname AS name, provolatile AS volatility, oprleft::regtype::text || oprright::regtype::text AS types
  FROM pg_operator JOIN pg_proc p ON p.oid = oprcode WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprname = ANY ($1)`;

const TYPES = `SELECT typname AS name, typtype AS kind, provolatile AS volatility FROM pg_type JOIN pg_proc p ON p.oid = typinput
  WHERE typnamespace = 'pg_catalog'::regnamespace AND typname = ANY ($1)`;

/** What may be called with one argument, and so with what stands before a dot. */
const ATTRIBUTES = `SELECT proname AS name FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
    AND (pronargs >= 1 AND pronargs - pronargdefaults <= 1 OR provariadic <> 0 AND pronargs - pronargdefaults <= 2)
  UNION SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace`;

const LOCKED = `SELECT DISTINCT n.nspname || '.' || c.relname AS name FROM pg_locks l
  JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE l.pid = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1`;

/** A transaction gets its number with the first thing that it writes. */
const HAS_WRITTEN = 'SELECT WHERE pg_current_xact_id_if_assigned() IS NOT NULL';

/** What a session keeps beyond its transactions. */
const SESSION_STATE = `SELECT 'setting ' || name || ' ' || setting AS kept FROM pg_settings
  UNION ALL SELECT 'channel ' || c FROM pg_listening_channels() c
  UNION ALL SELECT 'statement ' || name FROM pg_prepared_statements UNION ALL SELECT 'cursor ' || name FROM pg_cursors
  UNION ALL SELECT 'lock ' || objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
  UNION ALL SELECT 'temporary ' || relname FROM pg_class WHERE relpersistence = 't' ORDER BY 1`;

/** Statements whose tree names no table. */
const HIDDEN: readonly (readonly [string, string])[] = [
  ['a statement in an attribute', "SELECT ('SELECT password::tsvector FROM secret.users'::text).ts_stat"],
  ['a table as a document', "SELECT table_to_xml('secret.users', true, false, '')"],
  ['a statement as a document', "SELECT query_to_xml('SELECT * FROM secret.users', true, false, '')"],
  ['a statement in a text search', "SELECT * FROM ts_stat('SELECT password::tsvector FROM secret.users')"],
];

describeEachPostgres('what the decision on SQL lists', (postgres) => {
  const rows = async (text: string, names: Iterable<string>): Promise<Record<string, string>[]> => {
    const client = await postgres.connect();
    return (await client.query<Record<string, string>>(text, [[...names]])).rows;
  };

  test('each function is as it was reviewed, and changes nothing', async () => {
    const functions = await rows(FUNCTIONS, SQL_FUNCTIONS);
    const lines = functions.map(({ line }) => String(line).replaceAll(/\s+/g, ' ')).toSorted();
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`reviewed/functions-${postgres.version}.txt`);
    expect(lines.filter((line) => /\) v /.test(line) && !VOLATILE.test(line))).toEqual([]);
    expect(functions.filter(({ definer }) => String(definer) !== 'false')).toEqual([]);
    const known = new Set(lines.map((line) => line.split('(')[0]));
    if (postgres.version === 18) expect([...SQL_FUNCTIONS].filter((name) => !known.has(name))).toEqual([]);
  });

  test('each operator is there, changes nothing and looks up no name', async () => {
    const operators = await rows(OPERATORS, SQL_OPERATORS);
    expect(new Set(operators.map(({ name }) => name))).toEqual(SQL_OPERATORS);
    expect(operators.filter(({ volatility, types }) => volatility === 'v' || /reg|xml/.test(types!))).toEqual(
      [],
    );
  });

  test('each type is there, is no domain and no row, and its text changes nothing', async () => {
    const types = await rows(TYPES, SQL_TYPES);
    expect(new Set(types.map(({ name }) => name))).toEqual(SQL_TYPES);
    expect(types.filter(({ kind, volatility }) => !'brm'.includes(kind!) || volatility === 'v')).toEqual([]);
  });

  test('each name that a column may have and PostgreSQL could call is as it was reviewed', async () => {
    const client = await postgres.connect();
    const { rows: callable } = await client.query<{ name: string }>(ATTRIBUTES);
    const allowed = callable.filter(({ name }) => {
      const { findings } = decideSql(
        parser,
        `SELECT (o)."${name}", o."${name}" FROM sales.orders o`,
        ANALYST,
      );
      return findings.length === 0 && !SQL_FUNCTIONS.has(name) && !SQL_TYPES.has(name);
    });
    const text = allowed
      .map(({ name }) => `${name}\n`)
      .toSorted()
      .join('');
    await expect(text).toMatchFileSnapshot(`reviewed/attributes-${postgres.version}.txt`);
  });
});

/** A place for each parameter of a statement. */
function parametersOf(text: string): unknown[] {
  return Array(Math.max(0, ...[...text.matchAll(/\$(\d)/g)].map(([, number]) => Number(number))));
}

/** The tables that the decision found. */
function tablesOf(text: string): readonly string[] {
  const parsed = parser.parse(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  const { statement } = readExplain(parsed.tree.stmts![0]!.stmt!);
  return [...walkStatement(statement).tables.keys()].toSorted();
}

describeEachPostgres('what the decision on SQL allows', (postgres) => {
  let watcher: Client, reader: Client, owner: Client;

  beforeAll(async () => {
    watcher = await postgres.connect();
    await watcher.query(readSchema());
    await watcher.query(`CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT USAGE ON SCHEMA sales, analytics TO reader;
      GRANT SELECT ON ALL TABLES IN SCHEMA sales, analytics TO reader`);
    [reader, owner] = [await postgres.connect('postgres', 'reader', 'reader'), await postgres.connect()];
    for (const client of [reader, owner]) await client.query('SET search_path = pg_catalog, pg_temp');
  });

  /** Runs a statement with the same value for all of its parameters, in a transaction that is rolled back. */
  async function run(
    client: Client,
    text: string,
    value: string | null,
  ): Promise<readonly string[] | string> {
    const { processID } = client as unknown as { readonly processID: number };
    try {
      await client.query({ text, values: parametersOf(text).fill(value) });
      const { rows } = await watcher.query<{ name: string }>(LOCKED, [processID]);
      return rows.map(({ name }) => name);
    } catch (error) {
      return String((error as { code?: unknown }).code);
    } finally {
      await client.query('ROLLBACK');
    }
  }

  const isUnknownThere = (state: unknown): boolean =>
    postgres.version < 18 && UNKNOWN_THERE.has(String(state));

  const stateOf = async (client: Client): Promise<unknown> => (await client.query(SESSION_STATE)).rows;

  test('a query reads the tables that it was decided on, and no other', async () => {
    for (const text of QUERIES) {
      await reader.query('BEGIN READ ONLY');
      const touched = await run(reader, text, null);
      if (!isUnknownThere(touched)) expect({ text, touched }).toEqual({ text, touched: tablesOf(text) });
    }
  });

  test('a query changes neither the database nor its session, even as the superuser', async () => {
    const before = await stateOf(owner);
    await owner.query('BEGIN READ WRITE');
    for (const text of QUERIES) {
      await owner.query('SAVEPOINT here');
      await owner.query({ text, values: parametersOf(text).fill(null) }).catch(async (error: unknown) => {
        if (!isUnknownThere((error as { code?: unknown }).code)) throw error;
        await owner.query('ROLLBACK TO here');
      });
    }
    expect((await owner.query(HAS_WRITTEN)).rowCount).toBe(0);
    await owner.query('COMMIT');
    expect(await stateOf(owner)).toEqual(before);
  });

  test('a change reads and writes the tables that it was decided on, and no other', async () => {
    for (const text of CHANGES) {
      await owner.query('BEGIN READ WRITE');
      const touched = await run(owner, text, '9000');
      if (!isUnknownThere(touched)) expect({ text, touched }).toEqual({ text, touched: tablesOf(text) });
    }
  });

  test.each(HIDDEN)('%s reaches a table that it does not name, and is refused', async (_, text) => {
    expect(tablesOf(text)).toEqual([]);
    await owner.query('BEGIN READ ONLY');
    expect(await run(owner, text, null)).toEqual(['secret.users']);
    expect(decideSql(parser, text, ANALYST).findings).not.toEqual([]);
  });
});
