import { refuseStatement, type SqlFinding } from './sql-finding.ts';
import { SQL_CONFIGURATIONS, SQL_CONFIGURED_FUNCTIONS } from './sql-functions.ts';

/** Judges the configuration of text search that a function is told first, where it is told one. */
export function judgeConfiguration(name: string, args: readonly unknown[]): SqlFinding | null {
  const least = SQL_CONFIGURED_FUNCTIONS.get(name);
  if (least === undefined || args.length < least) return null;
  const constant = constantOf(args[0]);
  // With three arguments the first of ts_headline may be the document; a text that is no constant is no configuration.
  if (name === 'ts_headline' && args.length === least && constant === null) return null;
  if (constant !== null && isKnown(constant)) return null;
  const found = `the first of ${args.length} arguments of ${name}`;
  const required = 'must be a configuration of text search that PostgreSQL itself has';
  return refuseStatement(found, required, "Write it as a constant, such as 'english', or leave it out.");
}

/** Whether a node is a constant that names a configuration of PostgreSQL itself. */
export function isConfiguration(wrapped: unknown): boolean {
  const constant = constantOf(wrapped);
  return constant !== null && isKnown(constant);
}

function isKnown(name: string): boolean {
  return SQL_CONFIGURATIONS.has(name.replace(/^pg_catalog\./, ''));
}

interface Argument {
  readonly A_Const?: { readonly sval?: { readonly sval?: unknown } };
  readonly TypeCast?: { readonly arg?: unknown; readonly typeName?: { readonly names?: readonly unknown[] } };
  readonly ParamRef?: unknown;
  readonly NamedArgExpr?: unknown;
}

/** The text of a constant; an empty one where it is no text, or may be any. Null where it is no constant. */
function constantOf(wrapped: unknown): string | null {
  const { A_Const: constant, TypeCast: cast, ParamRef: parameter, NamedArgExpr: named } = wrapped as Argument;
  if (parameter !== undefined || named !== undefined) return '';
  if (cast !== undefined) return isRegconfig(cast.typeName?.names) ? constantOf(cast.arg) : null;
  if (constant === undefined) return null;
  const text = constant.sval?.sval;
  return typeof text === 'string' ? text : '';
}

function isRegconfig(names: readonly unknown[] | undefined): boolean {
  const last = names?.at(-1) as { readonly String?: { readonly sval?: unknown } } | undefined;
  return last?.String?.sval === 'regconfig';
}
