import { refuseStatement, type SqlFinding } from './sql-finding.ts';

interface Option {
  readonly defname?: unknown;
  /** Left out where the option is only named; an integer without a value is 0. */
  readonly arg?: {
    readonly String?: { readonly sval?: unknown };
    readonly Integer?: { readonly ival?: unknown };
  };
}

/** Options of EXPLAIN that tell about the statement alone. ANALYZE would run it, and SETTINGS tells about the database. */
const OPTIONS: ReadonlySet<unknown> = new Set('verbose costs summary generic_plan format'.split(' '));

/**
 * The statement that EXPLAIN explains: it is decided on as if it stood alone. Numbers of rows and costs are estimated from the
 * statistics of all rows, those included that row-level security keeps from the session, so they must be left out.
 */
export function readExplain(statement: object): { statement: unknown; refusals: readonly SqlFinding[] } {
  const explain = (statement as { ExplainStmt?: { query?: unknown; options?: readonly unknown[] } })
    .ExplainStmt;
  if (explain === undefined) return { statement, refusals: [] };
  const options = (explain.options ?? []).map((option) => (option as { DefElem?: Option }).DefElem ?? {});
  return { statement: explain.query, refusals: [...options.flatMap(judgeOption), ...judgeCosts(options)] };
}

function judgeOption({ defname }: Option): readonly SqlFinding[] {
  if (OPTIONS.has(defname)) return [];
  if (defname === 'analyze') {
    const fix = 'Leave ANALYZE out, or send the statement by itself.';
    return [refuseStatement('EXPLAIN with ANALYZE', 'must not run the statement', fix)];
  }
  const found = `EXPLAIN with ${String(defname)}`;
  return [refuseStatement(found, 'must be an option that is known', 'Leave the option out.')];
}

function judgeCosts(options: readonly Option[]): readonly SqlFinding[] {
  const costs = options.filter(({ defname }) => defname === 'costs');
  if (costs.length > 0 && costs.every(isOff)) return [];
  const required = 'must not tell how many rows there are';
  return [refuseStatement('EXPLAIN with COSTS', required, 'Write EXPLAIN (COSTS OFF) and the statement.')];
}

function isOff({ arg }: Option): boolean {
  if (arg?.Integer !== undefined) return (arg.Integer.ival ?? 0) === 0;
  return arg?.String?.sval === 'off' || arg?.String?.sval === 'false';
}
