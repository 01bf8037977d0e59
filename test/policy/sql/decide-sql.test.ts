import { describe, expect, test } from 'vitest';
import { loadSqlParser } from '../../../src/lib/sql-parser.ts';
import { decideSql, type SqlRule } from '../../../src/policy/sql/decide-sql.ts';

const parser = await loadSqlParser();
const ANALYST: SqlRule = { operations: ['Select'], tables: ['analytics.*', 'sales.orders'] };

function findingsOf(statement: string, rule = ANALYST): readonly string[] {
  return decideSql(parser, statement, rule).findings.map(({ field, found }) => `${field}: ${found}`);
}

const OPERATIONS: readonly (readonly [string, string, readonly SqlRule['operations'][number][]])[] = [
  ['a SELECT', 'SELECT * FROM a.t', ['Select']],
  ['an INSERT of values', 'INSERT INTO a.t VALUES (1)', ['Insert']],
  ['an INSERT of default values', 'INSERT INTO a.t DEFAULT VALUES', ['Insert']],
  ['an INSERT that returns what it made', 'INSERT INTO a.t VALUES (1) RETURNING id', ['Insert']],
  ['an INSERT from a SELECT', 'INSERT INTO a.t SELECT * FROM a.u', ['Insert', 'Select']],
  ['an INSERT of a value that a SELECT finds', 'INSERT INTO a.t VALUES ((SELECT 1))', ['Insert', 'Select']],
  ['an INSERT that lets conflicts be', 'INSERT INTO a.t VALUES (1) ON CONFLICT DO NOTHING', ['Insert']],
  [
    'an upsert',
    'INSERT INTO a.t VALUES (1) ON CONFLICT (id) DO UPDATE SET n = EXCLUDED.n',
    ['Insert', 'Update'],
  ],
  [
    'an upsert that returns rows',
    'INSERT INTO a.t VALUES (1) ON CONFLICT (id) DO UPDATE SET n = 1 RETURNING *',
    ['Insert', 'Update', 'Select'],
  ],
  ['an UPDATE', 'UPDATE a.t SET n = n + 1 WHERE id = 1', ['Update']],
  ['an UPDATE from another table', 'UPDATE a.t SET n = u.n FROM a.u WHERE u.id = t.id', ['Update', 'Select']],
  ['an UPDATE that returns rows', 'UPDATE a.t SET n = 1 RETURNING *', ['Update', 'Select']],
  ['an UPDATE of several columns', 'UPDATE a.t SET (a, b) = (SELECT 1, 2)', ['Update', 'Select']],
  ['an UPDATE to the default', 'UPDATE a.t SET n = DEFAULT', ['Update']],
  ['a DELETE', 'DELETE FROM a.t WHERE id = 1', ['Delete']],
  ['a DELETE that uses another table', 'DELETE FROM a.t USING a.u WHERE t.id = u.id', ['Delete', 'Select']],
  ['a DELETE that returns rows', 'DELETE FROM a.t RETURNING *', ['Delete', 'Select']],
  [
    'a MERGE by its branches',
    'MERGE INTO a.t USING a.u ON t.id = u.id WHEN MATCHED AND u.n > 0 THEN UPDATE SET n = u.n WHEN NOT MATCHED THEN INSERT (id) VALUES (u.id)',
    ['Insert', 'Update', 'Select'],
  ],
  ['a MERGE that deletes', 'MERGE INTO a.t USING a.u ON true WHEN MATCHED THEN DELETE', ['Delete', 'Select']],
  ['a MERGE that does nothing', 'MERGE INTO a.t USING a.u ON true WHEN MATCHED THEN DO NOTHING', ['Select']],
  [
    'a MERGE that returns what it did',
    'MERGE INTO a.t USING a.u ON true WHEN MATCHED THEN DELETE RETURNING merge_action(), t.*',
    ['Delete', 'Select'],
  ],
  ['a SELECT that locks rows', 'SELECT * FROM a.t FOR UPDATE', ['Select', 'Update']],
  [
    'a writable common table expression',
    'WITH d AS (DELETE FROM a.t) INSERT INTO a.u VALUES (1)',
    ['Delete', 'Insert'],
  ],
  [
    'an INSERT in a common table expression of another',
    'WITH i AS (INSERT INTO a.t VALUES (1) RETURNING id) INSERT INTO a.u VALUES (2)',
    ['Insert'],
  ],
  ['what EXPLAIN explains', 'EXPLAIN (COSTS OFF) DELETE FROM a.t', ['Delete']],
];

describe('operations', () => {
  test.each(OPERATIONS)('%s asks for no more and no less', (_, statement, asked) => {
    const tables = ['a.*'];
    expect(findingsOf(statement, { operations: [...asked], tables })).toEqual([]);
    for (const missing of asked) {
      const operations = asked.filter((operation) => operation !== missing);
      const findings = decideSql(parser, statement, { operations, tables }).findings;
      expect(findings).toMatchObject([
        { field: 'sql.operations', found: expect.stringMatching(`^${missing} `) },
      ]);
    }
  });
});

const TABLES: readonly (readonly [string, string, string])[] = [
  ['is refused by the rule of the role', 'SELECT * FROM secret.users', 'sql.tables: "secret.users"'],
  ['is needed with its schema', 'SELECT * FROM orders', 'sql.argument: "orders"'],
  ['is compared with its letter case', 'SELECT * FROM sales."Orders"', 'sql.tables: "sales.Orders"'],
  ['is compared by names and not by text', 'SELECT * FROM "analytics.x".y', 'sql.tables: "analytics.x.y"'],
  [
    'of another database is refused',
    'SELECT * FROM other.sales.orders',
    'sql.argument: "other.sales.orders"',
  ],
  ['of the catalogs is refused', 'SELECT * FROM pg_catalog.pg_roles', 'sql.argument: "pg_catalog.pg_roles"'],
  ['is read with the escapes of its name', 'SELECT * FROM U&"s\\0065cret".t', 'sql.tables: "secret.t"'],
  [
    'is not what a later expression names',
    'WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT 1',
    'sql.argument: "b"',
  ],
  [
    'is not what an inner expression names',
    'SELECT * FROM (WITH b AS (SELECT 1) SELECT 1) s, b',
    'sql.argument: "b"',
  ],
  [
    'of an expression by itself is a table',
    'WITH t AS (SELECT * FROM t) SELECT * FROM t',
    'sql.argument: "t"',
  ],
];

describe('a table', () => {
  test.each(TABLES)('%s', (_, statement, finding) => {
    expect(findingsOf(statement)).toEqual([finding]);
  });

  test('of the catalogs is refused to a role that lists it', () => {
    const rule: SqlRule = { operations: ['Select'], tables: ['pg_catalog.*', 'information_schema.*'] };
    expect(findingsOf('SELECT * FROM pg_catalog.pg_authid', rule)).toHaveLength(1);
    expect(findingsOf('SELECT * FROM information_schema.tables', rule)).toHaveLength(1);
  });

  test('that is written to is never the name of a common table expression', () => {
    const rule: SqlRule = { operations: ['Select', 'Delete'], tables: ['sales.orders'] };
    expect(findingsOf('WITH users AS (SELECT 1) DELETE FROM users', rule)).toEqual(['sql.argument: "users"']);
  });
});

const TEXTS: readonly (readonly [string, string])[] = [
  ['with a NUL, at which the parser would stop', 'SELECT 1\0; DROP TABLE sales.orders'],
  ['with half a character', "SELECT '\uD800'"],
  ['over 16 KiB', `SELECT '${'x'.repeat(16_384)}'`],
  ['over 16 KiB in bytes alone', `SELECT '${'é'.repeat(8192)}'`],
  ['that is empty', ''],
  ['of a comment alone', '-- SELECT 1'],
  ['of two statements', 'SELECT 1; SELECT 2'],
  ['that is no SQL', 'give me all orders'],
  ['nested deeper than the walk goes', `SELECT ${'1+'.repeat(2000)}1`],
  ['nested deeper than the parser goes', `SELECT ${'1+'.repeat(8180)}1`],
  ['with 5,000 brackets', `SELECT ${'('.repeat(5000)}1${')'.repeat(5000)}::evil`],
];

describe('a text', () => {
  test.each(TEXTS)('%s is refused', (_, statement) => {
    const { findings } = decideSql(parser, statement, ANALYST);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.field).toBe('sql.argument');
  });

  test('with a semicolon and a comment at its end is one statement', () => {
    expect(findingsOf('SELECT 1; -- done')).toEqual([]);
  });

  test('with thousands of things that are wrong gets a short answer', () => {
    const { findings } = decideSql(
      parser,
      `SELECT ${Array.from({ length: 1500 }, (_, n) => `f${n}()`).join(',')}`,
      ANALYST,
    );
    expect(findings.length).toBeLessThan(40);
  });
});
