import { Client, DatabaseError as ServerError } from 'pg';
import type { TLSSocket } from 'node:tls';
import { createConnection } from './connection.ts';
import { createSession } from './create-session.ts';
import { DatabaseError, type DatabaseErrorDetails, isDatabaseError } from './database-error.ts';
import { failureOfConnection, failureOfServer } from './database-failure.ts';
import type { DatabaseLogin, DatabaseSession } from './database-session.ts';
import type { OpenDatabaseOptions } from './open-database.ts';
import { describePlace, openStream } from './open-stream.ts';
import { requestCancel } from './request-cancel.ts';
import { startOptions } from './start-options.ts';

const STATEMENT_MILLISECONDS = 30_000;
const LOCK_MILLISECONDS = 5000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** How much later than `statement_timeout` an answer may come before the connection counts as lost. */
const ANSWER_GRACE_MILLISECONDS = 5000;

/**
 * Connects and logs in, until the signal ends it. Rejects with a DatabaseError, or with the reason of the signal.
 */
export async function logIn(options: OpenDatabaseOptions, ending: AbortSignal): Promise<DatabaseSession> {
  try {
    return await open(options, ending);
  } catch (error) {
    ending.throwIfAborted();
    if (isDatabaseError(error)) throw error;
    throw new DatabaseError(describePlace(options.place), failureOf(error, options.login));
  }
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
