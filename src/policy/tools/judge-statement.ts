import { formatPointer, valueAt } from '../../lib/json-pointer.ts';
import { show } from '../../lib/show.ts';
import type { Finding } from '../decision.ts';
import type { SqlDecision } from '../sql/decide-sql.ts';
import { type CallDecision, denyCall, levelOfExecutor } from './call-decision.ts';
import type { StatementRule, ToolPolicy } from './call-policy.ts';
import { type Arguments, textAt } from './judge-rules.ts';

/** A value of a parameter of a statement. */
export type ParameterValue = string | number | boolean | null;

/** A statement that may run, with the values of its parameters. */
export interface ReadStatement {
  readonly text: string;
  readonly values: readonly ParameterValue[];
  readonly decided: SqlDecision;
}

/** More are not counted in the messages of PostgreSQL's protocol. Nobody writes so many. */
const MAX_PARAMETERS = 1_000;

/** Reads the SQL statement in the arguments of a tool, or says what refuses it. Null where the tool has no rule for statements. */
export function readStatement(
  tool: ToolPolicy,
  args: Arguments,
): ReadStatement | { readonly refusal: CallDecision } | null {
  const { statement } = tool;
  if (statement === null) return null;
  const text = textAt(statement, args, levelOfExecutor(tool));
  if (typeof text !== 'string') return { refusal: text };
  const decided = statement.decide(text);
  if (decided.findings.length > 0) return { refusal: denyStatement(tool, statement, decided) };
  const values = statement.parameters === null ? [] : (valueAt(args, statement.parameters) ?? []);
  const problem = findProblem(values, statement, decided.parameters);
  if (problem === null) return { text, values: values as readonly ParameterValue[], decided };
  const by = { rule: `${statement.rule}.parameters`, level: levelOfExecutor(tool) };
  return { refusal: denyCall('ParametersInvalid', by, problem) };
}

/** What refuses the SQL statement in the arguments of a tool; null where nothing does. */
export function judgeStatement(tool: ToolPolicy, args: Arguments): CallDecision | null {
  const read = readStatement(tool, args);
  return read !== null && 'refusal' in read ? read.refusal : null;
}

function denyStatement(
  tool: ToolPolicy,
  { pointer }: StatementRule,
  { findings }: SqlDecision,
): CallDecision {
  // As for a path: the place is the argument, and the rule is what would have to change.
  const placed = findings.map(({ item, found, required, fix }) => ({
    field: `arguments${pointer}`,
    found: `SQL with ${item ?? found}`,
    required,
    fix,
  }));
  const rule = `${tool.rule}.${findings[0]?.field ?? 'sql'}`;
  return denyCall('StatementNotAllowed', { rule, level: levelOfExecutor(tool) }, ...placed);
}

/** What is wrong with the values of the parameters of a statement that has so many of them. */
function findProblem(
  values: unknown,
  { pointer, parameters: tokens }: StatementRule,
  needed: number,
): Finding | null {
  if (tokens === null) {
    if (needed === 0) return null;
    return {
      field: `arguments${pointer}`,
      found: `SQL with the parameter $${needed}`,
      required: 'must have none, because the tool has no argument for their values',
      fix: 'Write the values into the statement, or have the role set sql.parameters.',
    };
  }
  const field = `arguments${formatPointer(tokens)}`;
  const fix = 'Send a list with one value for each parameter.';
  if (!Array.isArray(values)) return { field, found: show(values), required: 'must be a list', fix };
  if (values.length !== needed || needed > MAX_PARAMETERS) {
    const required = `must be ${needed}, as many as the parameters of the statement, and at most ${MAX_PARAMETERS}`;
    return { field, found: `${values.length} values`, required, fix };
  }
  const index = values.findIndex((value) => !isValue(value));
  if (index < 0) return null;
  return {
    field: `${field}/${index}`,
    found: show(values[index]),
    required: 'must be a text without NUL, a number, true, false or null',
    fix: 'Send a list or an object as text, and cast it in the statement.',
  };
}

function isValue(value: unknown): boolean {
  // PostgreSQL has no NUL in texts, and half a character has no form in UTF-8.
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  return value === null || typeof value === 'number' || typeof value === 'boolean';
}
