import { refuseStatement, type SqlFinding } from './sql-finding.ts';
import { SQL_CONFIGURATIONS, SQL_CONFIGURED_FUNCTIONS } from './sql-functions.ts';

/** Judges the configuration of text search that a function is told first, where it is told one. */
export function judgeConfiguration(name: string, args: readonly unknown[]): SqlFinding | null {
  const least = SQL_CONFIGURED_FUNCTIONS.get(name);
  if (least === undefined || args.length < least) return null;
  const constant = constantOf(args[0]);
  // With three arguments the first of ts_headline may be the document; a text that is no constant is no configuration.
  if (name === 'ts_headline' && args.length === least && constant === null) return null;
  if (constant !== null && SQL_CONFIGURATIONS.has(constant)) return null;
  const found = `the first of ${args.length} arguments of ${name}`;
  const required = 'must be a configuration of text search that PostgreSQL itself has';
  return refuseStatement(found, required, "Write it as a constant, such as 'english', or leave it out.");
}

/** The text of a constant; an empty one where it is not a text. Null where it is no constant. */
function constantOf(wrapped: unknown): string | null {
  const { A_Const: constant, ParamRef: parameter } = wrapped as {
    readonly A_Const?: { readonly sval?: { readonly sval?: unknown } };
    readonly ParamRef?: unknown;
  };
  if (parameter !== undefined) return '';
  if (constant === undefined) return null;
  const text = constant.sval?.sval;
  return typeof text === 'string' ? text : '';
}
