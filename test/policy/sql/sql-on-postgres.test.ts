import { readFileSync } from 'node:fs';
import type { Client } from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { loadSqlParser } from '../../../src/lib/sql-parser.ts';
import { decideSql, type SqlRule } from '../../../src/policy/sql/decide-sql.ts';
import { judgeColumn, judgeSelection } from '../../../src/policy/sql/judge-attribute.ts';
import { readExplain } from '../../../src/policy/sql/read-explain.ts';
import { SQL_FUNCTIONS, SQL_OPERATORS, SQL_TYPES } from '../../../src/policy/sql/sql-functions.ts';
import { walkStatement } from '../../../src/policy/sql/walk-statement.ts';
import type { StartedPostgres } from '../../testbed/postgres/start-postgres.ts';
import { describeEachPostgres } from '../../testbed/postgres/use-postgres.ts';
import {
  FUNCTIONS,
  OPERATORS,
  TYPES,
  ATTRIBUTES,
  LOCKED,
  HAS_WRITTEN,
  SESSION_STATE,
  ATTEMPT,
  DIFFERENT,
} from './catalog-queries.ts';
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

/** Statements whose tree names no table. */
const HIDDEN: readonly (readonly [string, string])[] = [
  ['a statement in an attribute', "SELECT ('SELECT password::tsvector FROM secret.users'::text).ts_stat"],
  ['a table as a document', "SELECT table_to_xml('secret.users', true, false, '')"],
  ['a statement as a document', "SELECT query_to_xml('SELECT * FROM secret.users', true, false, '')"],
  ['a statement in a text search', "SELECT * FROM ts_stat('SELECT password::tsvector FROM secret.users')"],
];

/**
 * Statements that give a text to everything that is listed, and to the attributes that are given: alone, twice, thrice and beside
 * values of other types. PostgreSQL takes a constant for any type that a function asks for, such as the name of a table.
 */
function callsWith(text: string, attributes: readonly string[]): readonly string[] {
  const [constant, typed] = [`'${text}'`, `'${text}'::text`];
  const others = ["'z'", '1', "'{}'::jsonb", "'a'::tsquery", 'now()', "'a'::bytea"];
  const lists = [
    ...[constant, typed].flatMap((x) => [x, `${x}, ${x}`, `${x}, ${x}, ${x}`]),
    ...others.flatMap((other) => [`${other}, ${constant}`, `${constant}, ${other}`]),
  ];
  return [
    ...[...SQL_FUNCTIONS].flatMap((name) => lists.map((list) => `SELECT pg_catalog."${name}"(${list})`)),
    ...[...SQL_TYPES].flatMap((name) => [`SELECT ${constant}::"${name}"`, `SELECT ${typed}::"${name}"[]`]),
    ...[...SQL_OPERATORS].flatMap((name) => [
      `SELECT ${name} ${constant}`,
      ...[constant, typed, ...others].map((other) => `SELECT ${other} ${name} ${constant}`),
    ]),
    ...attributes.flatMap((name) => [`SELECT (${constant})."${name}"`, `SELECT (${typed})."${name}"`]),
  ];
}

describeEachPostgres('the decision on SQL', (postgres) => {
  declareReviews(postgres);
  declareRuns(postgres);
});

function declareReviews(postgres: StartedPostgres): void {
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
    const unlisted = callable.filter(({ name }) => !SQL_FUNCTIONS.has(name) && !SQL_TYPES.has(name));
    const allowed = unlisted.filter(({ name }) => judgeSelection([name]).length === 0);
    for (const { name } of allowed) expect(judgeColumn(['o', name])).toEqual([]);
    const text = allowed
      .map(({ name }) => `${name}\n`)
      .toSorted()
      .join('');
    await expect(text).toMatchFileSnapshot(`reviewed/attributes-${postgres.version}.txt`);
  });
}

/** What is there, and what is not. The letters mean the same to what formats numbers and times. */
const NAMES: readonly (readonly [string, string, string])[] = [
  ['a table', 'secret.mail', 'secret.moil'],
  ['a table in a statement', 'SELECT body FROM secret.mail', 'SELECT body FROM secret.moil'],
  ['a role', 'reader', 'roader'],
];

function attributesOf(version: number): readonly string[] {
  const file = new URL(`reviewed/attributes-${version}.txt`, import.meta.url);
  return readFileSync(file, 'utf8').trim().split('\n');
}

/** Whether a call is allowed: most are by the list alone, and those that are told a configuration may not be. */
function isOpen([text]: readonly [string, string]): boolean {
  if (!/(tsvector|tsquery|ts_headline)"/.test(text)) return true;
  return decideSql(parser, text, ANALYST).findings.length === 0;
}

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

function declareRuns(postgres: StartedPostgres): void {
  let watcher: Client, reader: Client, owner: Client;

  beforeAll(async () => {
    watcher = await postgres.connect();
    await watcher.query(readSchema());
    await watcher.query(`CREATE ROLE reader LOGIN PASSWORD 'reader'; GRANT USAGE ON SCHEMA sales, analytics TO reader;
      GRANT SELECT ON ALL TABLES IN SCHEMA sales, analytics TO reader`);
    [reader, owner] = [await postgres.connect('postgres', 'reader', 'reader'), await postgres.connect()];
    for (const client of [reader, owner]) await client.query('SET search_path = pg_catalog, pg_temp');
    await owner.query(ATTEMPT);
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

  test.each(NAMES)('what is listed looks up nothing of the name of %s', async (_, there, missing) => {
    const [attempts, others] = [there, missing].map((name) =>
      callsWith(name, attributesOf(postgres.version)),
    );
    const chosen = attempts!.map((text, index) => [text, others![index]!] as const).filter(isOpen);
    expect(chosen.length).toBeGreaterThan(5000);
    await owner.query('BEGIN READ ONLY');
    const { rows } = await owner.query<{ text: string }>(DIFFERENT, [
      chosen.map(([a]) => a),
      chosen.map(([, b]) => b),
    ]);
    const { processID } = owner as unknown as { readonly processID: number };
    const locked = await watcher.query(LOCKED, [processID]);
    await owner.query('ROLLBACK');
    expect(rows).toEqual([]);
    expect(locked.rows).toEqual([]);
  });
}
