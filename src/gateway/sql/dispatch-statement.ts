import { isDatabaseError } from '../../postgres/database-error.ts';
import type { Call, CallOutcome } from '../pipeline/call.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';
import { openSession } from './open-session.ts';
import {
  runStatement,
  type StatementOutcome,
  type StatementProgress,
  type StatementRun,
} from './run-statement.ts';
import type { WantedSession } from './session-pool.ts';
import type { SqlServices, SqlState } from './sql-operation.ts';
import { refusalOfStatement } from './statement-refusal.ts';

/** A statement that is decided, of a database that is found, as a login that was given. */
interface Dispatched {
  readonly run: StatementRun;
  readonly wanted: WantedSession;
}

// Without a reason each abort makes an error with a stack.
const TIME_OVER = new Error('the time of the tool is over');
const ENDED = new Error('the statement has ended');

/** Runs a statement on a session of the sandbox's login, within the time of its tool. */
export async function dispatchStatement(
  call: Call,
  state: SqlState,
  services: SqlServices,
): Promise<Refusal | CallOutcome> {
  const { request } = state;
  if (request === null) throw new Error('the statement is not decided');
  const ending = new AbortController();
  const over = new AbortController();
  const endCall = (): void => ending.abort(call.ended.signal.reason);
  call.ended.signal.addEventListener('abort', endCall, { once: true });
  services.clock.sleep(request.tool.limits.maxExecutionSeconds * 1_000, over.signal).then(
    () => ending.abort(TIME_OVER),
    () => undefined,
  );
  const progress: StatementProgress = { phase: 'Opening', rows: 0, bytes: 0 };
  const dispatched = prepare(state, services, ending.signal);
  try {
    const done = await runOnce(dispatched, progress, services);
    if ('effect' in done) return done;
    services.rows.writeLast({ done });
    return { succeeded: true, reason: 'Answered', ...counted(progress) };
  } catch (error) {
    return outcomeOf(refusalOf(error, { call, state, progress, ending }), progress);
  } finally {
    over.abort(ENDED);
    call.ended.signal.removeEventListener('abort', endCall);
  }
}

function prepare(
  { request, database, addresses, login: given }: SqlState,
  { network, clock, rows }: SqlServices,
  signal: AbortSignal,
): Dispatched {
  if (request === null || database === null || given === null)
    throw new Error('the statement is not prepared');
  const { login, ended } = given;
  const options = { network, clock, database, addresses, login };
  return {
    run: { request, tenantValue: database.tenantValue, rows, signal },
    wanted: { login, ended, open: (closing) => openSession(options, closing) },
  };
}

/** A session that was kept may be one whose server has gone: then nothing was run yet, and a new one is taken. */
async function runOnce(
  { run, wanted }: Dispatched,
  progress: StatementProgress,
  { pool }: SqlServices,
): Promise<StatementOutcome | Refusal> {
  for (;;) {
    const taken = await pool.take(wanted, run.signal);
    if ('effect' in taken) return taken;
    try {
      return await runStatement(taken.session, run, progress);
    } catch (error) {
      const isLost = taken.isReused && progress.phase === 'Opening' && isDatabaseError(error, 'Unreachable');
      if (!isLost || run.signal.aborted) throw error;
    } finally {
      await taken.giveBack();
    }
  }
}

interface Failed {
  readonly call: Call;
  readonly state: SqlState;
  readonly progress: StatementProgress;
  readonly ending: AbortController;
}

/** Null where nobody is left to be told, and no rule has ended it. */
function refusalOf(error: unknown, { call, state, progress, ending }: Failed): Refusal | null {
  const { request, login } = state;
  if (request === null) throw error;
  if (ending.signal.aborted) {
    if (progress.phase === 'Committing' && !request.isReadOnly) return refuse('CommitUnknown');
    if (call.cut !== null) return call.cut;
    if (call.ended.signal.aborted) return null;
    return refuse('StatementTimedOut', { rule: `${request.tool.rule}.maxExecutionSeconds` });
  }
  if (login?.ended.aborted === true && progress.phase !== 'Committing') {
    return refuse('CallCut', { message: 'The login of the sandbox has ended; try again.', retrySeconds: 1 });
  }
  return refusalOfStatement(error, request, progress);
}

function outcomeOf(refusal: Refusal | null, progress: StatementProgress): CallOutcome {
  if (refusal === null) return { succeeded: false, reason: 'ClientGone', ...counted(progress) };
  return { succeeded: false, reason: refusal.reason, ...counted(progress), refusal };
}

function counted({ rows, bytes }: StatementProgress): Pick<CallOutcome, 'rows' | 'bytesDown'> {
  return { rows, bytesDown: bytes };
}
