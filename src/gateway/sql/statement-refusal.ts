import { describeSqlState } from '../../policy/sql/describe-sql-state.ts';
import { REASONS } from '../../policy/reasons.ts';
import type { SqlRequest } from '../../policy/tools/decide-sql-call.ts';
import { type DatabaseError, isDatabaseError } from '../../postgres/database-error.ts';
import { RefusalError } from '../egress/egress-refusal.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';
import { MAX_BATCH_BYTES } from './open-session.ts';
import type { StatementProgress } from './run-statement.ts';

/** The fields of a tool that bound its results. */
const BOUNDS: Readonly<Partial<Record<Refusal['reason'], string>>> = {
  ResponseTooLarge: 'maxResponseSize',
  StatementTimedOut: 'maxExecutionSeconds',
  TooManyRows: 'sql.maxRows',
};

const RETRY_SECONDS = 1;

/** Why a statement was not run to its end. Throws what is a fault of ours. Nothing in it is a text of the server. */
export function refusalOfStatement(
  error: unknown,
  { tool, isReadOnly }: SqlRequest,
  { phase }: StatementProgress,
): Refusal {
  if (phase === 'Committing' && !isReadOnly && !isRefusedCommit(error)) return refuse('CommitUnknown');
  const { reason, ...details } = detailsOf(error, phase);
  const bound = BOUNDS[reason];
  return refuse(reason, { ...details, rule: bound === undefined ? null : `${tool.rule}.${bound}` });
}

/** Whether PostgreSQL itself said that it did not commit: a constraint that is checked at the end, for example. */
function isRefusedCommit(error: unknown): boolean {
  return isDatabaseError(error) && !isDatabaseError(error, 'Unreachable', 'Cancelled', 'TooLarge');
}

type Details = Pick<Refusal, 'reason'> & Partial<Pick<Refusal, 'message' | 'retrySeconds' | 'sqlState'>>;

function detailsOf(error: unknown, phase: StatementProgress['phase']): Details {
  if (error instanceof RefusalError) return error.refusal;
  if (!isDatabaseError(error)) throw error;
  if (error.reason === 'TooLarge') {
    const message = `A row, or ${MAX_BATCH_BYTES / 1_048_576} MiB of rows that are read at once, is too large. Ask for less.`;
    return { reason: 'ResponseTooLarge', message };
  }
  if (error.reason === 'Cancelled') return { reason: 'StatementTimedOut', ...stateOf(error) };
  if (phase === 'Opening' || error.reason === 'Unreachable') {
    return { reason: 'DatabaseUnreachable', retrySeconds: RETRY_SECONDS, ...stateOf(error) };
  }
  const { sqlState = 'XX000' } = error;
  return {
    reason: 'StatementFailed',
    message: `${REASONS.StatementFailed} ${describeSqlState(sqlState)}`,
    sqlState,
  };
}

function stateOf({ sqlState }: DatabaseError): Pick<Refusal, 'sqlState'> {
  return sqlState === undefined ? {} : { sqlState };
}
