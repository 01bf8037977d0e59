import type { SqlRequest } from '../../policy/tools/decide-sql-call.ts';
import type { DatabaseBatch, DatabaseSession, DatabaseStatements } from '../../postgres/database-session.ts';
import { RefusalError } from '../egress/egress-refusal.ts';
import { type RowWriter, valueOf } from './row-writer.ts';

/** A statement to be run. */
export interface StatementRun {
  readonly request: SqlRequest;
  /** What `cloister.tenant` is set to; null where no rows have it. */
  readonly tenantValue: string | null;
  readonly rows: RowWriter;
  /** Aborted where the call has ended or its time is over: the statement is cancelled then, and its session ended. */
  readonly signal: AbortSignal;
}

/** How far a statement has come. It counts what was written also where it fails. */
export interface StatementProgress {
  /** `Committing`: whether it was kept is known only when that has ended. */
  phase: 'Opening' | 'Running' | 'Committing' | 'Committed';
  rows: number;
  /** Bytes of rows as the agent gets them. */
  bytes: number;
}

/** What the last line of a result says. */
export interface StatementOutcome {
  readonly command: string;
  /** How many rows were returned, or changed. */
  readonly rows: number;
}

/**
 * What the decision about the statement counts on, and what bounds it, for one transaction. Temporary types and tables, which PostgreSQL
 * looks for first where the path does not name their place, come last.
 */
const SETTINGS = `SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
  pg_catalog.set_config('standard_conforming_strings', 'on', true),
  pg_catalog.set_config('client_encoding', 'UTF8', true),
  pg_catalog.set_config('statement_timeout', $1, true),
  pg_catalog.set_config('cloister.tenant', $2, true)`;

/**
 * Runs one statement in a transaction of its own, and commits when all of its rows were read. What throws rolls it back: a DatabaseError,
 * a RefusalError for a result that is too large, or the reason of the signal.
 */
export async function runStatement(
  session: DatabaseSession,
  run: StatementRun,
  progress: StatementProgress,
): Promise<StatementOutcome> {
  const { request, rows, signal } = run;
  const cancel = (): void => void session.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    signal.throwIfAborted();
    const held = await session.transaction((statements) => runIn(statements, run, progress), {
      readOnly: request.isReadOnly,
    });
    progress.phase = 'Committed';
    if (held.lines !== null) {
      rows.begin(held.last.columns);
      await rows.write(held.lines, signal).catch(() => undefined);
    }
    const { command, rowCount } = held.last.outcome ?? { command: '', rowCount: 0 };
    return { command, rows: held.last.columns.length === 0 ? rowCount : progress.rows };
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

interface HeldResult {
  readonly last: DatabaseBatch;
  /** The lines of a result of one batch: nothing of it is written before it is committed. Null where they are written. */
  readonly lines: Buffer | null;
}

async function runIn(
  statements: DatabaseStatements,
  { request, tenantValue, rows, signal }: StatementRun,
  progress: StatementProgress,
): Promise<HeldResult> {
  const { tool, text, values } = request;
  await statements.query(SETTINGS, [String(tool.limits.maxExecutionSeconds * 1_000), tenantValue ?? '']);
  progress.phase = 'Running';
  const size = createBatchSize();
  let held: HeldResult | null = null;
  for await (const batch of statements.stream(text, values, { batchRows: size.next })) {
    const lines = encode(batch, request, progress);
    size.note(lines.length, batch.rows.length);
    if (batch.outcome !== null) {
      held = { last: batch, lines: rows.hasBegun() ? null : lines };
      if (rows.hasBegun()) await rows.write(lines, signal);
    } else {
      if (!rows.hasBegun()) rows.begin(batch.columns);
      await rows.write(lines, signal);
    }
  }
  if (held === null) throw new Error('the result has no end');
  progress.phase = 'Committing';
  return held;
}

/** Writes rows as lines of JSON, and counts them. Throws a RefusalError where there are more than the tool may read. */
function encode(
  { columns, rows }: DatabaseBatch,
  { tool, rule }: SqlRequest,
  progress: StatementProgress,
): Buffer {
  progress.rows += rows.length;
  if (progress.rows > rule.maxRows) {
    throw new RefusalError(
      'TooManyRows',
      `The result has more than ${rule.maxRows} rows. Ask for less, or use LIMIT.`,
    );
  }
  const lines = Buffer.from(
    rows
      .map((row) => `${JSON.stringify(row.map((text, index) => valueOf(text, columns[index]?.type)))}\n`)
      .join(''),
  );
  progress.bytes += lines.length;
  const { maxResponseBytes } = tool.limits;
  if (progress.bytes <= maxResponseBytes) return lines;
  throw new RefusalError(
    'ResponseTooLarge',
    `The result has more than ${maxResponseBytes} bytes. Ask for less.`,
  );
}

/** What one batch should have, far below what one may have: rows may become wider. */
const BATCH_BYTES = 256 * 1_024;
const FIRST_BATCH_ROWS = 16;
const MAX_BATCH_ROWS = 64;

/** How many rows are read at once, by how wide the last ones were. */
function createBatchSize(): {
  readonly next: () => number;
  readonly note: (bytes: number, rows: number) => void;
} {
  let rows = FIRST_BATCH_ROWS;
  return {
    next: () => rows,
    note: (bytes, read) => {
      const fitting = Math.floor((BATCH_BYTES * read) / Math.max(1, bytes));
      rows = Math.max(1, Math.min(MAX_BATCH_ROWS, fitting));
    },
  };
}
