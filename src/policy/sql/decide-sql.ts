import type { AgentRole } from '../../api/agent-role.ts';
import type { SqlParser } from '../../lib/sql-parser.ts';
import type { Finding } from '../decision.ts';

type SqlBlock = NonNullable<AgentRole['spec']['tools'][number]['sql']>;

/** What a role lets a tool ask of its database. */
export type SqlRule = Pick<SqlBlock, 'operations' | 'tables'>;

/**
 * What is wrong with a statement. `field` is the rule that would have to change for it to run, counted from the tool;
 * `sql.argument` stands for the statement itself: no change of the role lets it run.
 */
export interface SqlFinding extends Finding {
  readonly field: 'sql.operations' | 'sql.tables' | 'sql.argument';
}

/** A statement may run where there is no finding. */
export interface SqlDecision {
  readonly findings: readonly SqlFinding[];
}

/** Decides on one statement. Pure but for the parser, which is handed in. */
export function decideSql(parser: SqlParser, statement: string, rule: SqlRule): SqlDecision {
  void parser;
  void statement;
  void rule;
  const finding: SqlFinding = {
    field: 'sql.argument',
    found: 'a statement',
    required: 'must be one that is known',
    fix: 'Send another.',
  };
  return { findings: [finding] };
}
