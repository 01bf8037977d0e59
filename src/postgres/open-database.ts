import { Client, DatabaseError as ServerError } from 'pg';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { createConnection } from './connection.ts';
import { createSession } from './create-session.ts';
import { DatabaseError, type DatabaseErrorDetails, isDatabaseError } from './database-error.ts';
import { failureOfConnection, failureOfServer } from './database-failure.ts';
import type { DatabaseLogin, DatabasePlace, DatabaseSession } from './database-session.ts';
import { describePlace, type Dial, openStream } from './open-stream.ts';
import { requestCancel } from './request-cancel.ts';
import { startOptions } from './start-options.ts';

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
const STATEMENT_MILLISECONDS = 30_000;
const LOCK_MILLISECONDS = 5000;

/** How much later than `statement_timeout` an answer may come before the connection counts as lost. */
const ANSWER_GRACE_MILLISECONDS = 5000;

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

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
    try {
      return await open(options, ending);
    } catch (error) {
      ending.throwIfAborted();
      if (isDatabaseError(error)) throw error;
      throw new DatabaseError(where, failureOf(error, options.login));
    }
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

function failureOf(error: unknown, { password }: DatabaseLogin): DatabaseErrorDetails {
  if (error instanceof ServerError) return failureOfServer(error, [password.reveal()]);
  const isLogin = error instanceof Error && error.message.startsWith('SASL');
  if (!isLogin) return failureOfConnection(error);
  return { reason: 'Refused', problem: 'the server does not prove that it knows the password of the login' };
}

async function open(options: OpenDatabaseOptions, ending: AbortSignal): Promise<DatabaseSession> {
  const { place, login, clock, dial, signal, maxAnswerBytes = MAX_ANSWER_BYTES } = options;
  const { statementMilliseconds = STATEMENT_MILLISECONDS } = options;
  const stream = await openStream(place, dial, ending);
  const end = (): void => void stream.destroy();
  ending.addEventListener('abort', end, { once: true });
  try {
    const client = createClient(options, stream);
    await client.connect();
    ending.throwIfAborted();
    const connection = createConnection({
      client,
      stream,
      where: describePlace(place),
      hidden: [login.password.reveal()],
      maxAnswerBytes,
      answerMilliseconds: statementMilliseconds + ANSWER_GRACE_MILLISECONDS,
      clock,
    });
    const session = createSession(connection, () => requestCancel({ client, place, dial, clock }));
    const cancel = (): void => void session.cancel(signal?.reason);
    signal?.addEventListener('abort', cancel, { once: true });
    stream.once('close', () => signal?.removeEventListener('abort', cancel));
    return session;
  } catch (error) {
    stream.destroy();
    throw error;
  } finally {
    ending.removeEventListener('abort', end);
  }
}

function createClient(options: OpenDatabaseOptions, stream: TLSSocket): Client {
  const { place, login } = options;
  // It is connected already. What `pg` waits for here is what a socket says when it is.
  const connected = Object.assign(stream, {
    connect: () => {
      process.nextTick(() => stream.emit('connect'));
      return stream;
    },
  });
  const { statementMilliseconds = STATEMENT_MILLISECONDS, lockMilliseconds = LOCK_MILLISECONDS } = options;
  const own = {
    statement_timeout: String(statementMilliseconds),
    lock_timeout: String(lockMilliseconds),
  };
  const config = {
    host: place.host,
    port: place.port,
    database: place.database,
    user: login.user,
    password: () => login.password.reveal(),
    application_name: 'cloister',
    options: startOptions({ ...own, ...options.settings }),
    // All that follows is set because the environment would set it otherwise.
    ssl: false,
    sslnegotiation: 'postgres',
    client_encoding: 'UTF8',
    replication: 'false',
    stream: () => connected,
    enableChannelBinding: true,
  } as const;
  const client = new Client(config);
  // An error before it is connected is what `connect` rejects with.
  client.on('error', () => undefined);
  return client;
}
