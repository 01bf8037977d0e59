import { refuseStatement, type SqlFinding } from './sql-finding.ts';

/** What EXPLAIN tells about the statement; SETTINGS tells about the database. */
const OPTIONS: ReadonlySet<unknown> = new Set(
  'analyze verbose costs buffers wal timing summary memory serialize generic_plan format'.split(' '),
);

/** The statement that EXPLAIN explains, and with ANALYZE runs: it is decided on as if it stood alone. */
export function readExplain(statement: object): { statement: unknown; refusals: readonly SqlFinding[] } {
  const explain = (statement as { ExplainStmt?: { query?: unknown; options?: readonly unknown[] } })
    .ExplainStmt;
  if (explain === undefined) return { statement, refusals: [] };
  const refusals = (explain.options ?? []).flatMap((option) => {
    const name = (option as { DefElem?: { defname?: unknown } }).DefElem?.defname;
    if (OPTIONS.has(name)) return [];
    return [
      refuseStatement(
        `EXPLAIN with ${String(name)}`,
        'must be an option that is known',
        'Leave the option out.',
      ),
    ];
  });
  return { statement: explain.query, refusals };
}
