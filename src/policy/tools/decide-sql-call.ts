import { isRecord } from '../../lib/is-record.ts';
import { type CallDecision, isAllowed } from './call-decision.ts';
import type { CallPolicy, Narrow, StatementRule, ToolPolicy } from './call-policy.ts';
import { decideCall, type ToolCall } from './decide-call.ts';
import { type ParameterValue, readStatement } from './judge-statement.ts';

/** A statement that may run, as its tool says. */
export interface SqlRequest {
  readonly tool: ToolPolicy;
  readonly rule: StatementRule;
  readonly text: string;
  readonly values: readonly ParameterValue[];
  /** Whether it only reads, so that its transaction can be held to that. */
  readonly isReadOnly: boolean;
  /** What it does and on which tables, in order. */
  readonly operations: readonly string[];
  readonly tables: readonly string[];
}

/** What is decided about a statement, and what would be run; `request` is set only where it is allowed. */
export type SqlCallDecision = CallDecision & { readonly request?: SqlRequest };

/** Decides a call of a tool with executor `SQL`, by all of its arguments. */
export function decideSqlCall(policy: CallPolicy, call: ToolCall, narrow?: Narrow): SqlCallDecision {
  const decision = decideCall(policy, call, narrow, 'SQL');
  const tool = policy.tools.get(call.tool);
  const rule = tool?.statement ?? null;
  if (!isAllowed(decision) || tool === undefined || rule === null || !isRecord(call.arguments))
    return decision;
  const read = readStatement(tool, call.arguments);
  if (read === null) throw new Error('the tool has no statement');
  if ('refusal' in read) return read.refusal;
  const { text, values, decided } = read;
  const { operations, tables } = decided;
  const isReadOnly = operations.every((operation) => operation === 'Select');
  return { ...decision, request: { tool, rule, text, values, isReadOnly, operations, tables } };
}
