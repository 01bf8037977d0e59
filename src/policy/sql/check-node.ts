import { judgeColumn, judgeSelection } from './judge-attribute.ts';
import { isConfiguration, judgeConfiguration } from './judge-configuration.ts';
import { judgeSize } from './judge-size.ts';
import { SQL_FUNCTIONS, SQL_OPERATORS, SQL_OPERATOR_WORDS, SQL_TYPES } from './sql-functions.ts';
import { refuseStatement, showName, type SqlFinding, type SqlOperation } from './sql-finding.ts';

/** A table as the statement names it. */
export interface SqlTable {
  readonly schema: string;
  readonly name: string;
}

/** What one node by itself says about the statement. */
export interface NodeCheck {
  readonly operations?: readonly (readonly [SqlOperation, string])[];
  readonly table?: SqlTable;
  readonly refusals?: readonly SqlFinding[];
  /** The node below that is judged with this one: the VALUES of an INSERT, or a part of a cast. */
  readonly judged?: unknown;
  /** The number of a parameter. */
  readonly parameter?: number;
}

/** Names that common table expressions have given, from the inside out. */
export interface Scope {
  readonly names: ReadonlySet<string>;
  readonly outer: Scope | null;
}

export interface Surroundings {
  readonly scope: Scope | null;
  /** Whether the node above it has judged it too. */
  readonly isJudged: boolean;
}

type NodeObject = Readonly<Record<string, unknown>>;
/** Null where there is nothing to say. */
export type Check = (node: NodeObject, surroundings: Surroundings) => NodeCheck | null;

const CATALOG = 'pg_catalog';
const TYPE_OF = 'pg_typeof';

/** Checks of what the walk over the fields leaves out, by the type of node. */
export const NODE_CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['SelectStmt', checkSelect],
  ['InsertStmt', checkInsert],
  ['UpdateStmt', (node) => checkChange('Update', node)],
  ['DeleteStmt', (node) => checkChange('Delete', node)],
  [
    'MergeStmt',
    (node) => ({ ...checkTarget(node), operations: [['Select', 'MERGE … USING'], ...returning(node)] }),
  ],
  ['MergeWhenClause', checkBranch],
  ['RangeVar', checkTable],
  ['FuncCall', checkFunction],
  ['ColumnRef', ({ fields }) => ({ refusals: judgeColumn(namesOf(fields)) })],
  ['A_Indirection', ({ indirection }) => ({ refusals: judgeSelection(namesOf(indirection)) })],
  ['TypeCast', checkCast],
  ['TypeName', checkType],
  ['A_Expr', ({ name }) => checkOperator(name)],
  ['SubLink', ({ operName }) => (operName === undefined ? null : checkOperator(operName))],
  ['SortBy', ({ useOp }) => (useOp === undefined ? null : checkOperator(useOp))],
  ['CollateClause', ({ collname }) => checkCollation(collname)],
  ['IndexElem', ({ collation }) => (collation === undefined ? null : checkCollation(collation))],
  ['RangeTableSample', checkSample],
  ['SQLValueFunction', checkValueFunction],
  ['ParamRef', checkParameter],
]);

function checkSelect(node: NodeObject, { isJudged }: Surroundings): NodeCheck {
  const operations: [SqlOperation, string][] = isJudged ? [] : [['Select', 'SELECT']];
  // PostgreSQL itself asks for the right to update before it lets a SELECT lock rows.
  if (node['lockingClause'] !== undefined) operations.push(['Update', 'SELECT … FOR UPDATE or FOR SHARE']);
  if (node['intoClause'] === undefined) return { operations };
  const refusal = refuseStatement('SELECT INTO', 'must not make a table', 'Select without INTO.');
  return { operations, refusals: [refusal] };
}

/** Rows that were there before come back only where ON CONFLICT updates them; without it RETURNING is no SELECT. */
function checkInsert(node: NodeObject): NodeCheck {
  const operations: [SqlOperation, string][] = [['Insert', 'INSERT']];
  const conflict = node['onConflictClause'] as NodeObject | undefined;
  if (conflict !== undefined && conflict['action'] !== 'ONCONFLICT_NOTHING') {
    operations.push(['Update', 'ON CONFLICT DO UPDATE'], ...returning(node));
  }
  const select = (node['selectStmt'] as NodeObject | undefined)?.['SelectStmt'] as NodeObject | undefined;
  const judged = select?.['valuesLists'] === undefined ? undefined : select;
  return { ...checkTarget(node), operations, judged };
}

function checkChange(operation: SqlOperation, node: NodeObject): NodeCheck {
  const operations: [SqlOperation, string][] = [[operation, operation.toUpperCase()]];
  return { ...checkTarget(node), operations: [...operations, ...readsOthers(node), ...returning(node)] };
}

/** PostgreSQL asks for the right to SELECT of the tables that a change is made by. */
function readsOthers(node: NodeObject): [SqlOperation, string][] {
  if (node['fromClause'] !== undefined) return [['Select', 'UPDATE … FROM']];
  return node['usingClause'] === undefined ? [] : [['Select', 'DELETE … USING']];
}

/** Rows come back as from a SELECT. */
function returning(node: NodeObject): [SqlOperation, string][] {
  return node['returningClause'] === undefined ? [] : [['Select', 'RETURNING']];
}

const BRANCHES: ReadonlyMap<unknown, readonly [SqlOperation, string][]> = new Map([
  ['CMD_INSERT', [['Insert', 'MERGE … INSERT']]],
  ['CMD_UPDATE', [['Update', 'MERGE … UPDATE']]],
  ['CMD_DELETE', [['Delete', 'MERGE … DELETE']]],
  ['CMD_NOTHING', [['Select', 'MERGE … DO NOTHING']]],
]);

function checkBranch({ commandType }: NodeObject): NodeCheck {
  const operations = BRANCHES.get(commandType);
  if (operations !== undefined) return { operations };
  return {
    refusals: [
      refuseStatement(`MERGE with ${String(commandType)}`, 'must be known', 'Leave the branch out.'),
    ],
  };
}

/** What is written to: PostgreSQL never takes the name of a common table expression for it. */
function checkTarget({ relation }: NodeObject): NodeCheck {
  return checkTable(relation as NodeObject, { scope: null, isJudged: false }) ?? {};
}

function checkTable(node: NodeObject, { scope }: Surroundings): NodeCheck | null {
  const { catalogname, schemaname, relname, relpersistence } = node;
  if (typeof relname !== 'string' || relpersistence !== 'p' || catalogname !== undefined) {
    const found = showName([catalogname, schemaname, relname].filter((name) => typeof name === 'string'));
    return {
      refusals: [
        refuseStatement(found, 'must be a lasting table of this database', 'Name its schema and it alone.'),
      ],
    };
  }
  if (typeof schemaname === 'string') return checkSchema(schemaname, relname);
  if (isInScope(scope, relname)) return null;
  const fix = `Write "schema.table": what "${relname}" alone means depends on settings of the database.`;
  return { refusals: [refuseStatement(showName([relname]), 'must be named with its schema', fix)] };
}

function isInScope(scope: Scope | null, name: string): boolean {
  for (let at = scope; at !== null; at = at.outer) if (at.names.has(name)) return true;
  return false;
}

function checkSchema(schema: string, name: string): NodeCheck {
  // PostgreSQL keeps names that begin with pg_ for itself: its catalogs, TOAST tables and the temporary tables of sessions.
  if (!schema.startsWith('pg_') && schema !== 'information_schema') return { table: { schema, name } };
  const fix = 'Leave it out: the catalogs tell about every tenant of the database.';
  return {
    refusals: [refuseStatement(showName([schema, name]), 'must not be in a schema of PostgreSQL', fix)],
  };
}

function checkFunction({ funcname, args }: NodeObject, { isJudged }: Surroundings): NodeCheck | null {
  if (isJudged) return null;
  const names = namesOf(funcname);
  const name = inCatalog(names) ?? '';
  if (SQL_FUNCTIONS.has(name)) return checkArguments(name, Array.isArray(args) ? args : []);
  const required = 'must be a function that reads nothing but its arguments';
  const fix = name === TYPE_OF ? 'Write pg_typeof(…)::text.' : 'Leave the function out.';
  return { refusals: [refuseStatement(`function ${showName(names)}`, required, fix)] };
}

function checkArguments(name: string, args: readonly unknown[]): NodeCheck {
  const refusals = [judgeConfiguration(name, args), judgeSize(name, args)];
  return { refusals: refusals.filter((refusal) => refusal !== null) };
}

/**
 * A cast to `regconfig` looks a name up in the catalogs, unless it is one of those that PostgreSQL itself has. The name of a type
 * is harmless once it is a text: before, a text is compared with it as the name of a type.
 */
function checkCast({ arg, typeName }: NodeObject): NodeCheck | null {
  const { names, arrayBounds } = typeName as NodeObject;
  const type = arrayBounds === undefined ? inCatalog(namesOf(names)) : null;
  if (type === 'regconfig') return isConfiguration(arg) ? { judged: typeName } : null;
  const call = type === 'text' ? (arg as { readonly FuncCall?: NodeObject }).FuncCall : undefined;
  return call !== undefined && inCatalog(namesOf(call['funcname'])) === TYPE_OF ? { judged: call } : null;
}

function checkType(node: NodeObject, { isJudged }: Surroundings): NodeCheck | null {
  if (isJudged) return null;
  const { names, typeOid, setof, pct_type: isOfColumn } = node;
  const type = inCatalog(namesOf(names)) ?? '';
  if (SQL_TYPES.has(type) && typeOid === undefined && setof === undefined && isOfColumn === undefined)
    return null;
  const required = 'must be a type that names nothing in the catalogs';
  const fix = 'Leave the cast out, or cast to a plain type such as text.';
  return { refusals: [refuseStatement(`type ${showName(namesOf(names))}`, required, fix)] };
}

function checkOperator(names: unknown): NodeCheck | null {
  const operator = inCatalog(namesOf(names)) ?? '';
  if (SQL_OPERATORS.has(operator) || SQL_OPERATOR_WORDS.has(operator)) return null;
  const required = 'must be an operator of PostgreSQL itself';
  return {
    refusals: [
      refuseStatement(`operator ${showName(namesOf(names))}`, required, 'Write it without the operator.'),
    ],
  };
}

function checkCollation(names: unknown): NodeCheck | null {
  if (inCatalog(namesOf(names)) !== null) return null;
  const required = 'must be named without a schema';
  return { refusals: [refuseStatement(`collation ${showName(namesOf(names))}`, required, 'Name it alone.')] };
}

const SAMPLES: ReadonlySet<string | null> = new Set(['system', 'bernoulli']);

function checkSample({ method }: NodeObject): NodeCheck | null {
  if (SAMPLES.has(inCatalog(namesOf(method)))) return null;
  const found = `TABLESAMPLE ${showName(namesOf(method))}`;
  return { refusals: [refuseStatement(found, 'must be SYSTEM or BERNOULLI', 'Sample with one of these.')] };
}

const CLOCKS = /^SVFOP_(CURRENT_DATE|(CURRENT|LOCAL)_?TIME(STAMP)?(_N)?)$/;

function checkValueFunction({ op }: NodeObject): NodeCheck | null {
  if (CLOCKS.test(String(op))) return null;
  const found = String(op).replace('SVFOP_', '');
  return { refusals: [refuseStatement(found, 'must not ask who or where it runs', 'Leave it out.')] };
}

/** PostgreSQL counts parameters from 1. The parser leaves a 0 out. */
function checkParameter({ number }: NodeObject): NodeCheck {
  if (typeof number === 'number' && number >= 1) return { parameter: number };
  const refusal = refuseStatement('parameter $0', 'must be counted from $1', 'Write $1 for the first.');
  return { refusals: [refusal] };
}

/** The last of names that are alone or in `pg_catalog`; null for any others. */
function inCatalog(names: readonly string[]): string | null {
  if (names.length === 1) return names[0] ?? null;
  return names.length === 2 && names[0] === CATALOG ? (names[1] ?? null) : null;
}

/** Names as the parser gives them; what is no name becomes one that nothing has. */
function namesOf(list: unknown): string[] {
  if (!Array.isArray(list)) return [''];
  return list.map((item) => {
    const name: unknown = (item as { String?: { sval?: unknown } }).String?.sval;
    return typeof name === 'string' ? name : '';
  });
}
