import type { Tool } from '../../api/agent-role.ts';
import type { StatementRule } from './call-policy.ts';

/** PostgreSQL's own parser, loaded. */
export type SqlParser = object;

/** Compiles what a tool may ask of a database. */
export function compileStatementRule(
  _sql: NonNullable<Tool['sql']>,
  _parser: SqlParser | null,
): Pick<StatementRule, 'judge'> {
  return { judge: () => [NOT_LOADED] };
}

const NOT_LOADED = {
  field: 'operations',
  found: 'no parser of SQL',
  required: 'must be parsed to be allowed',
  fix: 'Load the parser of SQL first.',
};
