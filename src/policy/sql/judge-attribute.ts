import { refuseStatement, showName, type SqlFinding } from './sql-finding.ts';
import { SQL_FUNCTIONS, SQL_TYPES } from './sql-functions.ts';

/**
 * Columns that every table has. They tell what row-level security does not keep: `ctid` counts the rows of others between two
 * of one's own, and `xmin` the transactions of everybody.
 */
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set('ctid xmin xmax cmin cmax tableoid'.split(' '));

/**
 * Names that PostgreSQL would call with what stands before the dot, where that has no such column: `('/etc/passwd').pg_read_file`
 * calls a function and `(note).regclass` casts to a type. They are those of functions of one argument and of types that
 * `sql-functions.ts` leaves out on purpose; what only computes is not here, since columns are called `name` or `date_in` too.
 */
const CALLED = new RegExp(
  `^(${[
    'pg_.*|_pg_.*|binary_upgrade_.*|fmgr_.*_validator|plpgsql_.*',
    '_?reg(class|collation|config|dictionary|namespace|oper|operator|proc|procedure|role|type)(in|out|recv|send)?',
    'to_reg(class|collation|namespace|oper|operator|proc|procedure|role|type|typemod)',
    '_?aclitem(in|out)?|aclexplode|hash_aclitem|amvalidate|brin_summarize_new_values|gin_clean_pending_list',
    'current_schemas|current_setting|currval|nextval|setseed|obj_description|oidvectortypes|row_security_active',
    'lo_(close|creat|create|get|import|tell|tell64|unlink)|mxid_age|txid_status',
    'ts_debug|ts_stat|ts_token_type|_?xml(_in|_out|_recv|_send|_is_well_formed.*|agg|comment|text)?',
  ].join('|')})$`,
);

/** Judges the names of a column, such as `o.amount`. */
export function judgeColumn(names: readonly string[]): readonly SqlFinding[] {
  const last = names.at(-1) ?? '';
  return [...judgeSystemColumn(last), ...(names.length > 1 ? judgeCall(last) : [])];
}

/** Judges what is selected from a value, such as `(o).amount`; a subscript has no name. */
export function judgeSelection(names: readonly string[]): readonly SqlFinding[] {
  return names.flatMap((name) => [...judgeSystemColumn(name), ...judgeCall(name)]);
}

function judgeSystemColumn(name: string): readonly SqlFinding[] {
  if (!SYSTEM_COLUMNS.has(name)) return [];
  const required = 'must not be a column of PostgreSQL itself, which tells about the rows of others';
  return [refuseStatement(`column ${showName([name])}`, required, 'Leave the column out, or rename it.')];
}

function judgeCall(name: string): readonly SqlFinding[] {
  if (!CALLED.test(name) || SQL_FUNCTIONS.has(name) || SQL_TYPES.has(name)) return [];
  const required = 'must not be the name of a function or type that PostgreSQL could call for it';
  return [refuseStatement(`attribute ${showName([name])}`, required, 'Leave it out, or rename the column.')];
}
