import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { DatabaseError } from './database-error.ts';
import type { DatabaseLogin, DatabasePlace, DatabaseSession } from './database-session.ts';
import { describePlace, type Dial } from './open-stream.ts';

export interface OpenDatabaseOptions {
  readonly place: DatabasePlace;
  readonly login: DatabaseLogin;
  readonly clock: Clock;
  /** Connects to the server. If not set: to the host of the place, as the system resolves it. */
  readonly dial?: Dial;
  /** For the connection and the login. If not set: 5 s. */
  readonly connectMilliseconds?: number;
  /** `statement_timeout` of the session. If not set: 30 s. */
  readonly statementMilliseconds?: number;
  /** `lock_timeout` of the session. If not set: 5 s. */
  readonly lockMilliseconds?: number;
  /** Other settings of the session, which win over those of the role and of the database. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The most that the answer to one statement, or one batch of rows, may have. If not set: 64 MiB. */
  readonly maxAnswerBytes?: number;
  /** Ends the opening, and afterwards the session as `cancel` does; what runs rejects with its reason. */
  readonly signal?: AbortSignal;
}

const CONNECT_MILLISECONDS = 5000;

/**
 * Connects with TLS, to the server that the certificate authority of the place says it is, and logs in. Nothing of it depends on the
 * environment. Rejects with a DatabaseError, or with the reason of the signal.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<DatabaseSession> {
  const { place, clock, signal, connectMilliseconds: milliseconds = CONNECT_MILLISECONDS } = options;
  const where = describePlace(place);
  const wrong = findWrong(options);
  if (wrong !== null) throw new DatabaseError(where, { reason: 'Invalid', problem: wrong });
  const onTimeout = (): DatabaseError =>
    new DatabaseError(where, {
      reason: 'Unreachable',
      problem: `the server did not let Cloister log in within ${milliseconds / 1000} s`,
    });
  return withDeadline({ clock, milliseconds, signal, onTimeout }, async (ending) => {
    // Only here: pg takes 12 MB of memory that a program without databases does not need.
    const { logIn } = await import('./log-in.ts');
    return logIn(options, ending);
  });
}

/** What is not set here, `pg` would take from the environment, and TLS from Node. */
function findWrong({ place, login }: OpenDatabaseOptions): string | null {
  if (place.host === '' || place.database === '') return 'its host or its database is not set';
  if (login.user === '') return 'the user of the login is not set';
  if (login.password.reveal() === '') return 'the password of the login is not set';
  if ([place.database, login.user].some((name) => name.includes('\0'))) return 'a name has NUL in it';
  if (place.authority !== null && !place.authority.includes('-----BEGIN CERTIFICATE-----'))
    return 'its certificate authority holds no certificate in PEM';
  return null;
}
