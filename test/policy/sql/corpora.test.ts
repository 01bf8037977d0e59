import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadSqlParser } from '../../../src/lib/sql-parser.ts';
import { decideSql, type SqlRule } from '../../../src/policy/sql/decide-sql.ts';
import { readNamedStatements, readStatements } from './read-statements.ts';

const parser = await loadSqlParser();
const TABLES = ['analytics.*', 'sales.orders'];
const ANALYST: SqlRule = { operations: ['Select'], tables: TABLES };
const EDITOR: SqlRule = { operations: ['Select', 'Insert', 'Update', 'Delete'], tables: TABLES };

const HOSTILE = readNamedStatements('hostile');
const HONEST = readNamedStatements('honest');
const CHANGES = readNamedStatements('changes');
const ATTACKS = [...readStatements('attacks'), ...HOSTILE.map(([, statement]) => statement)];
const QUERIES = [...readStatements('ordinary'), ...HONEST.map(([, statement]) => statement)];

function isAllowed(statement: string, rule = ANALYST): boolean {
  return decideSql(parser, statement, rule).findings.length === 0;
}

describe('refused is', () => {
  test.each(HOSTILE)('%s', (_, statement) => {
    expect(decideSql(parser, statement, ANALYST).findings).not.toEqual([]);
  });
});

describe('allowed is', () => {
  test.each(HONEST)('%s', (_, statement) => {
    expect(decideSql(parser, statement, ANALYST).findings).toEqual([]);
  });
});

describe('allowed to who may change, and refused to who may not, is', () => {
  test.each(CHANGES)('%s', (_, statement) => {
    expect(decideSql(parser, statement, EDITOR).findings).toEqual([]);
    const fields = decideSql(parser, statement, ANALYST).findings.map(({ field }) => field);
    expect(new Set(fields)).toEqual(new Set(['sql.operations']));
  });
});

test('no statement is there twice', () => {
  const all = [...ATTACKS, ...QUERIES, ...CHANGES.map(([, statement]) => statement)];
  expect(all.filter((statement, index) => all.indexOf(statement) !== index)).toEqual([]);
});

test('nothing is allowed to a role without operations or without tables', () => {
  const honest = [...QUERIES, ...CHANGES.map(([, statement]) => statement)];
  expect(honest.filter((statement) => isAllowed(statement, { operations: [], tables: TABLES }))).toEqual([]);
  const withTables = honest.filter((statement) => /\b(analytics|sales)\./.test(statement));
  expect(withTables.filter((statement) => isAllowed(statement, { ...EDITOR, tables: [] }))).toEqual([]);
});

test('every refusal names a rule, what was found, and what to do', () => {
  for (const { field, found, required, fix } of ATTACKS.flatMap(
    (statement) => decideSql(parser, statement, ANALYST).findings,
  )) {
    expect(['sql.operations', 'sql.tables', 'sql.argument']).toContain(field);
    expect(found).not.toBe('');
    expect(required).toMatch(/^must /);
    expect(fix).toMatch(/\.$/);
  }
});

test('docs/gateway.md tells how many statements are decided wrongly', () => {
  const page = readFileSync(new URL('../../../docs/gateway.md', import.meta.url), 'utf8');
  const missed = ATTACKS.filter((statement) => isAllowed(statement));
  const blocked = QUERIES.filter((statement) => !isAllowed(statement));
  const changes = CHANGES.filter(([, statement]) => !isAllowed(statement, EDITOR));
  const told = page.split('\n').filter((line) => /^\| (attacks|queries|changes) \|/.test(line));
  expect(told).toEqual([
    `| attacks | ${ATTACKS.length} | ${missed.length} are allowed |`,
    `| queries | ${QUERIES.length} | ${blocked.length} are refused |`,
    `| changes | ${CHANGES.length} | ${changes.length} are refused |`,
  ]);
});
