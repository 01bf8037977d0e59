import type { Clock } from '../../lib/clock.ts';
import type { DatabaseSession } from '../../postgres/database-session.ts';
import type { SessionPoolLimits, TakenSession, WantedSession } from './session-pool.ts';

/** The sessions of one login. */
export interface LoginSessions {
  /** A session that is idle, a new one, or the next that is given back. Rejects as `open` does. */
  readonly take: (open: WantedSession['open'], signal: AbortSignal) => Promise<TakenSession>;
  /** Whether the next one that is taken has to be opened. */
  readonly mustOpen: () => boolean;
  /** How many are open or being opened. */
  readonly open: () => number;
  /** Since when the one is idle that was given back first, in milliseconds of the clock; null where none is idle. */
  readonly idleSince: () => number | null;
  /** Ends that one. Returns whether there was one. */
  readonly endOldest: () => boolean;
  /** Ends those that are idle, and every other one when it is given back. */
  readonly end: () => void;
}

export interface LoginSessionsOptions {
  readonly clock: Clock;
  readonly limits: Pick<SessionPoolLimits, 'maxSessionsPerLogin' | 'idleMilliseconds'>;
  /** Of the login. */
  readonly ended: AbortSignal;
  readonly close: (session: DatabaseSession) => void;
  /** Called when none is left. */
  readonly onEmpty: () => void;
}

interface IdleSession {
  readonly session: DatabaseSession;
  readonly since: number;
  /** Stops what would end it. */
  readonly kept: AbortController;
}

/** Someone who waits for a session. Null: it may open one, whose place is counted. */
type Waiting = (session: DatabaseSession | null) => void;

interface State extends LoginSessionsOptions {
  readonly idle: IdleSession[];
  readonly waiting: Set<Waiting>;
  /** Aborted where the login or the pool has ended. */
  readonly over: AbortController;
  open: number;
}

// Without a reason each abort makes an error with a stack.
const TAKEN = new Error('the session is not idle any more');
const OVER = new Error('the login has ended');

export function createLoginSessions(options: LoginSessionsOptions): LoginSessions {
  const state: State = { ...options, idle: [], waiting: new Set(), over: new AbortController(), open: 0 };
  const end = (): void => {
    state.over.abort(OVER);
    for (const one of state.idle.slice()) endIdle(state, one);
  };
  options.ended.addEventListener('abort', end, { once: true });
  const mustOpen = (): boolean => state.idle.length === 0 && state.open < state.limits.maxSessionsPerLogin;
  return {
    take: async (open, signal) => {
      const given = await acquire(state, open, signal);
      if (!signal.aborted) return given;
      // Nobody waits for it any more.
      await given.giveBack();
      throw signal.reason;
    },
    mustOpen,
    open: () => state.open,
    idleSince: () => state.idle[0]?.since ?? null,
    endOldest: () => {
      const [oldest] = state.idle;
      if (oldest !== undefined) endIdle(state, oldest);
      return oldest !== undefined;
    },
    end,
  };
}

async function acquire(
  state: State,
  open: WantedSession['open'],
  signal: AbortSignal,
): Promise<TakenSession> {
  const idle = takeIdle(state);
  if (idle !== null) return taken(state, idle, true);
  if (state.open >= state.limits.maxSessionsPerLogin) {
    const given = await wait(state, signal);
    if (given !== null) return taken(state, given, true);
  } else state.open += 1;
  return taken(state, await openNew(state, open), false);
}

/** The one that was used last, since its server was heard of last. */
function takeIdle(state: State): DatabaseSession | null {
  for (;;) {
    const last = state.idle.at(-1);
    if (last === undefined) return null;
    if (!last.session.isOpen) {
      endIdle(state, last);
      continue;
    }
    state.idle.pop();
    last.kept.abort(TAKEN);
    return last.session;
  }
}

/** Waits for a session, or for the place of one that was closed. */
function wait(state: State, signal: AbortSignal): Promise<DatabaseSession | null> {
  const { promise, resolve, reject } = Promise.withResolvers<DatabaseSession | null>();
  const stop = (): void => {
    state.waiting.delete(resolve);
    reject(signal.reason);
  };
  state.waiting.add(resolve);
  signal.addEventListener('abort', stop, { once: true });
  return promise.finally(() => signal.removeEventListener('abort', stop));
}

/** Opens one in a place that is counted already. It is opened to the end also where nobody waits for it any more. */
async function openNew(state: State, open: WantedSession['open']): Promise<DatabaseSession> {
  try {
    state.over.signal.throwIfAborted();
    return await open(state.ended);
  } catch (error) {
    leave(state);
    throw error;
  }
}

function taken(state: State, session: DatabaseSession, isReused: boolean): TakenSession {
  return {
    session,
    isReused,
    giveBack: async () => {
      if (await reset(session)) keep(state, session);
      else drop(state, session);
    },
  };
}

/** Ends what a call has set, prepared, locked or made for a while. Returns whether the session can be used again. */
async function reset(session: DatabaseSession): Promise<boolean> {
  if (!session.isOpen) return false;
  try {
    await session.query('DISCARD ALL');
    return session.isOpen;
  } catch {
    return false;
  }
}

function keep(state: State, session: DatabaseSession): void {
  const { clock, limits, over, idle, waiting } = state;
  if (over.signal.aborted) return drop(state, session);
  const [next] = waiting;
  if (next !== undefined) {
    waiting.delete(next);
    return next(session);
  }
  const one: IdleSession = { session, since: clock.now(), kept: new AbortController() };
  idle.push(one);
  clock.sleep(limits.idleMilliseconds, one.kept.signal).then(
    () => endIdle(state, one),
    () => undefined,
  );
}

function endIdle(state: State, one: IdleSession): void {
  const index = state.idle.indexOf(one);
  if (index < 0) return;
  state.idle.splice(index, 1);
  one.kept.abort(TAKEN);
  drop(state, one.session);
}

function drop(state: State, session: DatabaseSession): void {
  state.close(session);
  leave(state);
}

/** One less is open. Its place goes to who waits the longest. */
function leave(state: State): void {
  const [next] = state.waiting;
  if (next !== undefined) {
    state.waiting.delete(next);
    return next(null);
  }
  state.open -= 1;
  if (state.open === 0) state.onEmpty();
}
