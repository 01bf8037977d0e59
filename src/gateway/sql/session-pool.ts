import type { Clock } from '../../lib/clock.ts';
import { unlessAborted } from '../../lib/unless-aborted.ts';
import type { DatabaseLogin, DatabaseSession } from '../../postgres/database-session.ts';
import { type Refusal, refuse } from '../pipeline/refusal.ts';
import { createLoginSessions, type LoginSessions } from './login-sessions.ts';

/** A session to be taken. */
export interface WantedSession {
  /** The same object as long as the login is current. */
  readonly login: DatabaseLogin;
  /** Aborted when the login is about to end, or is taken away. */
  readonly ended: AbortSignal;
  /** Connects and logs in. The signal ends the session as well, whenever it is aborted. */
  readonly open: (signal: AbortSignal) => Promise<DatabaseSession>;
}

/** A session that nobody else has. It must be given back, whatever became of it. */
export interface TakenSession {
  readonly session: DatabaseSession;
  /** Whether it was used before: then its server may be gone without a word. */
  readonly isReused: boolean;
  /** Takes everything back that was set in it, and keeps it for the next call. Never rejects. */
  readonly giveBack: () => Promise<void>;
}

/** Sessions of the logins of sandboxes. What one call leaves in a session is not there for the next. */
export interface SessionPool {
  /** Waits where the login has as many as it may have. Rejects with a DatabaseError, or with the reason of a signal. */
  readonly take: (wanted: WantedSession, signal: AbortSignal) => Promise<TakenSession | Refusal>;
  /** How many are open or being opened. */
  readonly open: () => number;
  /** Ends all. Never rejects. */
  readonly close: () => Promise<void>;
}

export interface SessionPoolLimits {
  /** Sessions of one login at once: one less than PostgreSQL lets it have. */
  readonly maxSessionsPerLogin: number;
  /** Of all logins together. */
  readonly maxSessions: number;
  /** How long one is kept that nobody uses. */
  readonly idleMilliseconds: number;
}

export const SESSION_POOL_LIMITS: SessionPoolLimits = Object.freeze({
  maxSessionsPerLogin: 4,
  maxSessions: 64,
  idleMilliseconds: 30_000,
});

export interface SessionPoolOptions {
  readonly clock: Clock;
  readonly limits?: SessionPoolLimits;
}

const RETRY_SECONDS = 1;

export function createSessionPool({ clock, limits = SESSION_POOL_LIMITS }: SessionPoolOptions): SessionPool {
  const logins = new Map<DatabaseLogin, LoginSessions>();
  const count = (): number => [...logins.values()].reduce((sum, login) => sum + login.open(), 0);
  const closing = new Set<Promise<void>>();
  const close = (session: DatabaseSession): void => {
    const closed = session.close().then(() => void closing.delete(closed));
    closing.add(closed);
  };
  /** Ends the session that has been idle for the longest time. Returns whether there was one. */
  const makeRoom = (): boolean => {
    const idle = [...logins.values()].flatMap((login) => login.idleSince() ?? []);
    const oldest = Math.min(...idle);
    return [...logins.values()].some((login) => login.idleSince() === oldest && login.endOldest());
  };
  const begin = ({ login, ended }: WantedSession): LoginSessions => {
    const onEmpty = (): void => void (logins.get(login) === created && logins.delete(login));
    const created = createLoginSessions({ clock, limits, ended, close, onEmpty });
    logins.set(login, created);
    return created;
  };
  return {
    take: async (wanted, signal) => {
      signal.throwIfAborted();
      wanted.ended.throwIfAborted();
      const known = logins.get(wanted.login);
      if ((known?.mustOpen() ?? true) && count() >= limits.maxSessions && !makeRoom()) {
        return refuse('Overloaded', {
          message: `The gateway has ${limits.maxSessions} sessions of databases open.`,
          retrySeconds: RETRY_SECONDS,
        });
      }
      return unlessAborted((known ?? begin(wanted)).take(wanted.open, signal), signal);
    },
    open: count,
    close: async () => {
      for (const login of logins.values()) login.end();
      await Promise.all(closing);
    },
  };
}
