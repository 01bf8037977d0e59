import type { NodeCheck, Scope, SqlTable } from './check-node.ts';
import { describeNode } from './describe-node.ts';
import { refuseStatement, type SqlFinding, type SqlOperation } from './sql-finding.ts';
import { SQL_NODES, type FieldRule } from './sql-nodes.ts';

/** What a statement does, and what in it no role may allow. */
export interface StatementFacts {
  /** Each operation with what asks for it, for a reader: `Update` may come from `FOR UPDATE`. */
  readonly operations: ReadonlyMap<SqlOperation, string>;
  /** By `schema.table`. */
  readonly tables: ReadonlyMap<string, SqlTable>;
  /** The highest number of a parameter; 0 where there is none. */
  readonly parameters: number;
  /** At most `MAX_REFUSALS`, each once. */
  readonly refusals: readonly SqlFinding[];
}

type NodeObject = Readonly<Record<string, unknown>>;

interface Walk {
  readonly operations: Map<SqlOperation, string>;
  readonly tables: Map<string, SqlTable>;
  readonly refusals: Map<string, SqlFinding>;
  /** Nodes that were judged with the one above them. */
  readonly judged: Set<unknown>;
  parameters: number;
  depth: number;
}

/** Deeper trees are refused: they cost stack, and no statement that a person reads has one. */
const MAX_DEPTH = 600;
const MAX_REFUSALS = 16;

/** Walks the whole tree below one statement. What it does not know is refused. */
export function walkStatement(statement: unknown): StatementFacts {
  const walk: Walk = {
    operations: new Map(),
    tables: new Map(),
    refusals: new Map(),
    judged: new Set(),
    parameters: 0,
    depth: 0,
  };
  visitNode(walk, statement, null);
  const { operations, tables, parameters } = walk;
  return { operations, tables, parameters, refusals: [...walk.refusals.values()] };
}

/** A node under the name of its type, as `{ SelectStmt: { … } }`; `{}` is the list's sign for nothing. */
function visitNode(walk: Walk, wrapped: unknown, scope: Scope | null): void {
  if (!isObject(wrapped)) return refuse(walk, unknownNode(typeof wrapped));
  for (const type in wrapped) visit(walk, type, wrapped[type], scope);
}

function visit(walk: Walk, type: string, node: unknown, scope: Scope | null): void {
  const known = SQL_NODES.get(type);
  if (known === undefined || !isObject(node)) return refuse(walk, unknownNode(type));
  if (walk.depth >= MAX_DEPTH) {
    return refuse(
      walk,
      refuseStatement('deep nesting', 'must be nested less deeply', 'Write a simpler statement.'),
    );
  }
  walk.depth += 1;
  if (known.check !== undefined) note(walk, known.check(node, { scope, isJudged: walk.judged.has(node) }));
  const inner = known.fields.has('withClause') ? scopeOf(walk, node['withClause'], scope) : scope;
  for (const field in node) {
    const rule = known.fields.get(field);
    if (rule === undefined) refuse(walk, unknownNode(`${type}.${field}`));
    else if (field !== 'withClause' && rule !== 'Checked') visitField(walk, rule, node[field], inner);
  }
  walk.depth -= 1;
}

function visitField(walk: Walk, rule: FieldRule, value: unknown, scope: Scope | null): void {
  if (rule === 'Value') {
    if (typeof value === 'object') refuse(walk, unknownNode('value'));
  } else if (rule === 'Node') {
    visitNode(walk, value, scope);
  } else if (rule === 'List') {
    if (!Array.isArray(value)) return refuse(walk, unknownNode('list'));
    for (const item of value) visitNode(walk, item, scope);
  } else if (rule !== 'Checked') {
    visit(walk, rule.type, value, scope);
  }
}

/**
 * Walks a WITH clause and returns the scope of what follows it. A common table expression sees those before it, and all of
 * them with RECURSIVE: PostgreSQL takes any other name for a table.
 */
function scopeOf(walk: Walk, withClause: unknown, outer: Scope | null): Scope | null {
  if (!isObject(withClause)) return outer;
  visit(walk, 'WithClause', { ...withClause, ctes: [] }, outer);
  const expressions = Array.isArray(withClause['ctes']) ? withClause['ctes'] : [];
  const isRecursive = withClause['recursive'] === true;
  const names = new Set(isRecursive ? expressions.map(nameOf) : []);
  const scope: Scope = { names, outer };
  for (const expression of expressions) {
    visitNode(walk, expression, scope);
    names.add(nameOf(expression));
  }
  return scope;
}

function nameOf(wrapped: unknown): string {
  const expression = isObject(wrapped) ? wrapped['CommonTableExpr'] : undefined;
  return isObject(expression) ? String(expression['ctename']) : '';
}

function note(walk: Walk, check: NodeCheck | null): void {
  if (check === null) return;
  const { operations, table, refusals, judged, parameter } = check;
  for (const [operation, because] of operations ?? []) {
    if (!walk.operations.has(operation)) walk.operations.set(operation, because);
  }
  if (table !== undefined) walk.tables.set(`${table.schema}.${table.name}`, table);
  for (const refusal of refusals ?? []) refuse(walk, refusal);
  if (judged !== undefined) walk.judged.add(judged);
  if (parameter !== undefined) walk.parameters = Math.max(walk.parameters, parameter);
}

function refuse(walk: Walk, finding: SqlFinding): void {
  if (walk.refusals.size < MAX_REFUSALS) walk.refusals.set(`${finding.found} ${finding.required}`, finding);
}

function unknownNode(type: string): SqlFinding {
  return refuseStatement(
    describeNode(type),
    'must be made of SELECT, INSERT, UPDATE, DELETE and MERGE, and of expressions that are known',
    'Leave it out, or write it in another way.',
  );
}

function isObject(value: unknown): value is NodeObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
