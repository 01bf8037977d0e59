import type { AgentRole } from '../../api/agent-role.ts';
import { shorten } from '../../lib/shorten.ts';
import type { Finding } from '../decision.ts';

type SqlBlock = NonNullable<AgentRole['spec']['tools'][number]['sql']>;

/** What a role lets a tool ask of its database. */
export type SqlRule = Pick<SqlBlock, 'operations' | 'tables'>;

export type SqlOperation = SqlRule['operations'][number];

/**
 * What is wrong with a statement. `field` is the rule that would have to change for it to run, counted from the tool;
 * `sql.argument` stands for the statement itself: no change of the role lets it run.
 */
export interface SqlFinding extends Finding {
  readonly field: 'sql.operations' | 'sql.tables' | 'sql.argument';
}

const MAX_SHOWN_CHARACTERS = 80;

/** A finding that no change of the role takes away. */
export function refuseStatement(found: string, required: string, fix: string): SqlFinding {
  return { field: 'sql.argument', found: shorten(found, MAX_SHOWN_CHARACTERS), required, fix };
}

/** Names of the statement as a message shows them. */
export function showName(names: readonly string[]): string {
  return shorten(JSON.stringify(names.join('.')), MAX_SHOWN_CHARACTERS);
}
