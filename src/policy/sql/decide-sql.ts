import type { ParseResult } from 'libpg-query';
import { listFirst } from '../../lib/list-first.ts';
import type { SqlParser } from '../../lib/sql-parser.ts';
import { readExplain } from './read-explain.ts';
import type { SqlTable } from './check-node.ts';
import {
  refuseStatement,
  showName,
  type SqlFinding,
  type SqlOperation,
  type SqlRule,
} from './sql-finding.ts';
import { walkStatement } from './walk-statement.ts';

export type { SqlFinding, SqlRule } from './sql-finding.ts';

/** A statement may run where there is no finding. */
export interface SqlDecision {
  readonly findings: readonly SqlFinding[];
  /** What it does, and on which tables, as `schema.table`, each once and in order. */
  readonly operations: readonly SqlOperation[];
  readonly tables: readonly string[];
  /** The highest number of a parameter; 0 where there is none. */
  readonly parameters: number;
}

const MAX_STATEMENT_BYTES = 16_384;
const MAX_LISTED = 8;

/**
 * Decides on one statement by its parse tree. It holds for a session with `standard_conforming_strings = on`, the encoding
 * UTF8 and `search_path = pg_catalog, pg_temp`: with other settings the same text can mean something else.
 */
export function decideSql(parser: SqlParser, statement: string, rule: SqlRule): SqlDecision {
  const unreadable = judgeText(statement);
  if (unreadable !== null) return refused(unreadable);
  const parsed = parser.parse(statement);
  if ('problem' in parsed) {
    const fix = 'Correct the statement.';
    return refused(refuseStatement(parsed.problem, 'must be a statement of PostgreSQL 18', fix));
  }
  return judgeTree(parsed.tree, rule);
}

function refused(finding: SqlFinding): SqlDecision {
  return { findings: [finding], operations: [], tables: [], parameters: 0 };
}

function judgeText(statement: string): SqlFinding | null {
  // The parser reads to the first NUL, and a lone surrogate has no bytes of its own: what is sent would not be what was read.
  if (statement.includes('\0') || !statement.isWellFormed()) {
    return refuseStatement('a NUL or half a character', 'must be text', 'Take the character out.');
  }
  const bytes = new TextEncoder().encode(statement).length;
  if (bytes <= MAX_STATEMENT_BYTES) return null;
  return refuseStatement(
    `${bytes} bytes`,
    `must be at most ${MAX_STATEMENT_BYTES} bytes`,
    'Send a shorter statement.',
  );
}

function judgeTree(tree: ParseResult, rule: SqlRule): SqlDecision {
  const statements = tree.stmts ?? [];
  const [first] = statements;
  if (statements.length !== 1 || first?.stmt === undefined) {
    const found = `${statements.length} statements`;
    return refused(refuseStatement(found, 'must be one statement', 'Send each by itself.'));
  }
  const { statement, refusals: explained } = readExplain(first.stmt);
  const { operations, tables, parameters, refusals } = walkStatement(statement);
  return {
    findings: [
      ...explained,
      ...refusals,
      ...[...operations].flatMap(([operation, because]) => judgeOperation(rule, operation, because)),
      ...[...tables.values()].flatMap((table) => judgeTable(rule, table)).slice(0, MAX_LISTED),
    ],
    operations: [...operations.keys()].sort(),
    tables: [...tables.keys()].sort(),
    parameters,
  };
}

function judgeOperation({ operations }: SqlRule, operation: SqlOperation, because: string): SqlFinding[] {
  if (operations.includes(operation)) return [];
  const required =
    operations.length === 0
      ? 'must not be used: no operation is listed'
      : `must be one of ${operations.join(', ')}`;
  const fix = `Add ${operation} to the operations of the tool, or send a statement without ${because}.`;
  return [{ field: 'sql.operations', found: `${operation} (${because})`, required, fix }];
}

function judgeTable({ tables }: SqlRule, { schema, name }: SqlTable): SqlFinding[] {
  if (tables.includes(`${schema}.${name}`) || tables.includes(`${schema}.*`)) return [];
  const found = showName([schema, name]);
  const required =
    tables.length === 0
      ? 'must not be named: no table is listed'
      : `must be one of ${listFirst(tables, MAX_LISTED)}`;
  const fix = 'Add the table to the tables of the tool, or send a statement without it.';
  return [{ field: 'sql.tables', item: `table ${found}`, found, required, fix }];
}
