import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadSqlParser } from '../../../src/lib/sql-parser.ts';
import { decideSql, type SqlRule } from '../../../src/policy/sql/decide-sql.ts';
import { readNamedStatements, readStatements } from './read-statements.ts';

const parser = await loadSqlParser();
const ANALYST: SqlRule = { operations: ['Select'], tables: ['analytics.*', 'sales.orders'] };

/** Ways to put one SELECT into another: each keeps what it holds. */
const AROUND_QUERIES: readonly ((query: string) => string)[] = [
  (query) => `SELECT * FROM (${query}) s`,
  (query) => `SELECT (${query})`,
  (query) => `SELECT 1 WHERE EXISTS (${query})`,
  (query) => `SELECT 1 WHERE 1 IN (${query})`,
  (query) => `SELECT 1 WHERE 1 = ANY (${query})`,
  (query) => `SELECT ARRAY(${query})`,
  (query) => `SELECT JSON_ARRAY(${query})`,
  (query) => `WITH c AS (${query}) SELECT * FROM c`,
  (query) => `WITH a AS (SELECT 1), c AS MATERIALIZED (${query}) SELECT 1`,
  (query) => `WITH RECURSIVE c AS (SELECT 1 UNION ALL (${query})) SELECT * FROM c`,
  (query) => `SELECT 1 UNION (${query})`,
  (query) => `(${query}) EXCEPT SELECT 1`,
  (query) => `SELECT * FROM analytics.events e JOIN LATERAL (${query}) s ON true`,
  (query) => `SELECT CASE WHEN EXISTS (${query}) THEN 1 END`,
  (query) => `SELECT count(*) FILTER (WHERE (${query}) IS NULL) FROM sales.orders`,
  (query) => `SELECT sum(1) OVER (ORDER BY (${query})) FROM sales.orders`,
  (query) => `SELECT 1 GROUP BY (${query})`,
  (query) => `SELECT 1 ORDER BY (${query})`,
  (query) => `SELECT 1 LIMIT (${query})`,
  (query) => `VALUES ((${query}))`,
  (query) => `SELECT * FROM generate_series(1, (${query}))`,
  (query) => `SELECT * FROM sales.orders TABLESAMPLE SYSTEM ((${query}))`,
  (query) => `SELECT coalesce(NULL, (${query}), least(1, (${query})))`,
  (query) => `SELECT JSON_OBJECT('k': (${query}))`,
];

const HOSTILE = readNamedStatements('hostile').map(([, statement]) => statement);

const EVIL_QUERIES = [...readStatements('attacks'), ...HOSTILE].filter(
  (statement) =>
    /^(SELECT|TABLE)\b/.test(statement) &&
    !/;|--/.test(statement) &&
    'tree' in parser.parse(`SELECT * FROM (${statement}) s`),
);

const SEEN = new Set<string>();

test(`each of ${EVIL_QUERIES.length} evil queries is refused in any nesting`, () => {
  const wrappers = fc.array(fc.nat({ max: AROUND_QUERIES.length - 1 }), { maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...EVIL_QUERIES), wrappers, (evil, chosen) => {
      const statement = chosen.reduce((inner, index) => AROUND_QUERIES[index]!(inner), evil);
      const { findings } = decideSql(parser, statement, ANALYST);
      fc.pre(!findings.some(({ required }) => required.includes('a statement of PostgreSQL')));
      SEEN.add(statement);
      expect(findings).not.toEqual([]);
    }),
    { numRuns: 1000 },
  );
  // The wrappers are SQL: most of what they made was decided on by its tree.
  expect(SEEN.size).toBeGreaterThan(400);
});

test('a good query stays allowed in any nesting', () => {
  const wrappers = fc.array(fc.nat({ max: AROUND_QUERIES.length - 1 }), { maxLength: 4 });
  fc.assert(
    fc.property(wrappers, (chosen) => {
      const statement = chosen.reduce(
        (inner, index) => AROUND_QUERIES[index]!(inner),
        'SELECT amount FROM sales.orders',
      );
      fc.pre(statement.length < 16_000);
      expect(decideSql(parser, statement, ANALYST).findings).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('a role with fewer operations or tables never allows more', () => {
  const all = [...readStatements('ordinary'), ...readStatements('attacks'), ...HOSTILE];
  const wide: SqlRule = {
    operations: ['Select', 'Insert', 'Update', 'Delete'],
    tables: ['analytics.*', 'sales.*', 'secret.users'],
  };
  fc.assert(
    fc.property(
      fc.constantFrom(...all),
      fc.subarray([...wide.operations]),
      fc.subarray([...wide.tables]),
      (statement, operations, tables) => {
        const narrow = decideSql(parser, statement, { operations, tables }).findings;
        if (narrow.length === 0) expect(decideSql(parser, statement, wide).findings).toEqual([]);
      },
    ),
    { numRuns: 1000 },
  );
});
