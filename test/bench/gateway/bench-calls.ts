import type { Reason } from '../../../src/policy/reasons.ts';
import { folderOf, hostOf, TOOL_COUNTS, toolName } from './bench-role.ts';

/** A call of a tool of the role, and what must come of it. */
export interface BenchCall {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Null where the call must be allowed. */
  readonly refusedFor: Reason | null;
}

export const CALL_COUNT = 1_000;
/** One call in so many must be refused. */
const REFUSED_ONE_IN = 100;
const STATEMENT_COUNT = 100;
const STATEMENT_BYTES = 300;

/** Distinct calls of all tools but those of SQL, of which 1 % must be refused. */
export function benchCalls(): readonly BenchCall[] {
  const groups = [fileCall, schemaCall, fetchCall] as const;
  return Array.from({ length: CALL_COUNT }, (_, index) => {
    const isRefused = index % REFUSED_ONE_IN === REFUSED_ONE_IN - 1;
    const call = groups[index % groups.length] ?? fileCall;
    return call(index, isRefused);
  });
}

/** Distinct statements of 300 bytes as calls, of which 1 % must be refused for a write that is hidden in a CTE. */
export function benchStatements(): readonly BenchCall[] {
  return Array.from({ length: STATEMENT_COUNT }, (_, index) => {
    const isRefused = index % REFUSED_ONE_IN === REFUSED_ONE_IN - 1;
    return {
      tool: toolName('sql', index % TOOL_COUNTS.sql),
      arguments: { query: isRefused ? hiddenWrite(index) : statement(index) },
      refusedFor: isRefused ? 'StatementNotAllowed' : null,
    };
  });
}

function fileCall(index: number, isRefused: boolean): BenchCall {
  const tool = index % TOOL_COUNTS.file;
  // It begins with the name of the folder, and is another one.
  const folder = isRefused ? `${folderOf(tool)}-evil` : folderOf(tool);
  return {
    tool: toolName('file', tool),
    arguments: { path: `${folder}/2026/quarter-3/report-${index}.csv` },
    refusedFor: isRefused ? 'PathNotAllowed' : null,
  };
}

function schemaCall(index: number, isRefused: boolean): BenchCall {
  const subject = `The report number ${index} of the third quarter is there`;
  const priority = isRefused ? 9 : (index % 5) + 1;
  return {
    tool: toolName('schema', index % TOOL_COUNTS.schema),
    arguments: { to: 'reports@example.com', subject, priority, labels: ['report', 'quarter-3'] },
    refusedFor: isRefused ? 'ArgumentsInvalid' : null,
  };
}

function fetchCall(index: number, isRefused: boolean): BenchCall {
  const tool = index % TOOL_COUNTS.fetch;
  const host = isRefused ? `${hostOf(tool)}.attacker.example` : hostOf(tool);
  return {
    tool: toolName('fetch', tool),
    arguments: { url: `https://${host}/v2/items/${index}?fields=name,price&limit=100` },
    refusedFor: isRefused ? 'HostNotAllowed' : null,
  };
}

function statement(index: number): string {
  return ofLength(
    (note) =>
      'SELECT c.region, count(*) AS orders, sum(o.amount) AS revenue FROM sales.orders o ' +
      'JOIN sales.customers c ON c.id = o.customer_id ' +
      `WHERE o.created_at >= '2026-01-01' AND o.status IN ('paid', 'new') AND c.note <> '${note}' ` +
      `AND c.segment = ${index} GROUP BY c.region ORDER BY revenue DESC LIMIT 50`,
  );
}

function hiddenWrite(index: number): string {
  return ofLength(
    (note) =>
      `WITH gone AS (DELETE FROM sales.orders WHERE id = ${index} RETURNING amount, customer_id) ` +
      'SELECT c.region, sum(g.amount) AS revenue FROM gone g JOIN sales.customers c ON c.id = g.customer_id ' +
      `WHERE c.note <> '${note}' GROUP BY c.region ORDER BY revenue DESC LIMIT 50`,
  );
}

/** Returns the statement with a literal that is as long as it takes. */
function ofLength(statementWith: (note: string) => string): string {
  const missing = STATEMENT_BYTES - statementWith('').length;
  if (missing < 0) throw new Error(`a statement is ${-missing} bytes too long`);
  return statementWith('x'.repeat(missing));
}
