import { DatabaseError as ServerError, type Client } from 'pg';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { errorCode } from '../lib/error-code.ts';
import { DatabaseError, type DatabaseErrorReason } from './database-error.ts';
import { failureOfConnection, failureOfServer } from './database-failure.ts';

/** A connection that is logged in, on which one exchange runs at a time. */
export interface Connection {
  readonly client: Client;
  readonly isOpen: boolean;
  readonly isBusy: boolean;
  /** Takes the connection until the function that it returns is called. Throws where it is taken, or a DatabaseError where it is not open. */
  readonly claim: () => () => void;
  /** Sends something and waits for its answer. Rejects with a DatabaseError, or with what the connection was ended with. */
  readonly exchange: <T>(work: () => Promise<T>) => Promise<T>;
  /** Ends it at once. What runs, and whatever is asked of it later, rejects with the error. */
  readonly fail: (error: Error) => void;
  /** What an ended connection rejects with is this, where nothing else has been said before. */
  readonly endWith: (error: Error) => void;
  /** Ends it in order where it is idle, otherwise at once. Never rejects. */
  readonly close: () => Promise<void>;
  readonly error: (reason: DatabaseErrorReason, problem: string) => DatabaseError;
}

export interface ConnectionOptions {
  readonly client: Client;
  readonly stream: TLSSocket;
  /** How messages name the database. */
  readonly where: string;
  /** Texts that no message may hold. */
  readonly hidden: readonly string[];
  /** The most that the answer to one exchange may have. */
  readonly maxAnswerBytes: number;
  /** How long an answer may take; the server is to give up before. */
  readonly answerMilliseconds: number;
  readonly clock: Clock;
}

const CLOSE_MILLISECONDS = 1000;

/** A connection as it is now. */
interface State extends ConnectionOptions {
  /** What it was ended with. */
  ending: Error | null;
  isBusy: boolean;
  /** Of the answer to the exchange that runs. */
  receivedBytes: number;
}

/** Takes charge of a client that is connected by the stream. */
export function createConnection(options: ConnectionOptions): Connection {
  const { client, stream } = options;
  const state: State = { ...options, ending: null, isBusy: false, receivedBytes: 0 };
  client.on('error', (cause) => void translate(state, cause));
  stream.on('data', ({ length }: Buffer) => countBytes(state, length));
  refuseCopies(state);
  return {
    client,
    get isOpen() {
      return state.ending === null && !stream.destroyed;
    },
    get isBusy() {
      return state.isBusy;
    },
    claim: () => claim(state),
    exchange: (work) => exchange(state, work),
    fail: (error) => fail(state, error),
    endWith: (error) => {
      state.ending ??= error;
    },
    close: () => close(state),
    error: (reason, problem) => errorOf(state, reason, problem),
  };
}

function errorOf({ where }: State, reason: DatabaseErrorReason, problem: string): DatabaseError {
  return new DatabaseError(where, { reason, problem });
}

function fail(state: State, error: Error): void {
  state.ending ??= error;
  state.stream.destroy();
}

function claim(state: State): () => void {
  if (state.ending !== null) throw state.ending;
  if (state.stream.destroyed) throw errorOf(state, 'Unreachable', 'the connection was lost');
  if (state.isBusy) throw new Error('a session runs one statement at a time, and one is running');
  state.isBusy = true;
  return () => {
    state.isBusy = false;
  };
}

async function exchange<T>(state: State, work: () => Promise<T>): Promise<T> {
  const { stream, clock, answerMilliseconds: milliseconds } = state;
  if (state.ending !== null) throw state.ending;
  state.receivedBytes = 0;
  const closed = Promise.withResolvers<never>();
  const onClose = (): void => closed.reject(new Error('the connection was closed'));
  const onTimeout = (): Error => {
    const problem = `the server did not respond within ${milliseconds / 1000} s`;
    fail(state, errorOf(state, 'Unreachable', problem));
    return new Error(problem);
  };
  stream.once('close', onClose);
  try {
    // A client that is ended does not always say so to who waits.
    const answer = withDeadline({ clock, milliseconds, onTimeout }, () =>
      Promise.race([work(), closed.promise]),
    );
    const result = await answer;
    if (state.ending !== null) throw state.ending;
    return result;
  } catch (cause) {
    const error = translate(state, cause);
    await waitUntilReady(state);
    throw error;
  } finally {
    stream.removeListener('close', onClose);
  }
}

/** After an error the server says in what state it has left the transaction, which decides what may be run next. */
async function waitUntilReady({ client, stream }: State): Promise<void> {
  const { readyForQuery } = client as unknown as { readyForQuery: boolean };
  if (readyForQuery || stream.destroyed) return;
  const ready = Promise.withResolvers<void>();
  client.connection.once('readyForQuery', ready.resolve);
  stream.once('close', ready.resolve);
  await ready.promise;
  client.connection.removeListener('readyForQuery', ready.resolve);
  stream.removeListener('close', ready.resolve);
}

/** Says what a failure means, and ends a connection that is of no more use. */
function translate(state: State, cause: unknown): unknown {
  if (state.ending !== null) return state.ending;
  const failure = readFailure(cause, state);
  if (failure?.reason === 'Unreachable') fail(state, failure);
  return failure ?? cause;
}

function countBytes(state: State, bytes: number): void {
  state.receivedBytes += bytes;
  if (state.receivedBytes <= state.maxAnswerBytes) return;
  const problem = `an answer has more than the ${state.maxAnswerBytes} bytes that the session takes`;
  fail(state, errorOf(state, 'TooLarge', problem));
}

/** The client would wait for the end of a copy for ever. */
function refuseCopies(state: State): void {
  const refuse = (): void =>
    fail(state, errorOf(state, 'Invalid', 'COPY between client and server is not possible'));
  for (const event of ['copyInResponse', 'copyOutResponse']) state.client.connection.once(event, refuse);
}

/** Returns undefined for what is no failure of the database, but a fault of ours. */
function readFailure(
  cause: unknown,
  { stream, where, hidden }: ConnectionOptions,
): DatabaseError | undefined {
  if (cause instanceof ServerError) return new DatabaseError(where, failureOfServer(cause, hidden));
  if (!stream.destroyed && errorCode(cause) === undefined) return undefined;
  return new DatabaseError(where, failureOfConnection(undefined));
}

async function close(state: State): Promise<void> {
  const { client, stream, clock } = state;
  if (stream.destroyed) return;
  state.ending ??= errorOf(state, 'Unreachable', 'the session is closed');
  const closed = new Promise<void>((resolve) => void stream.once('close', () => resolve()));
  if (!state.isBusy) {
    const left = new AbortController();
    const late = clock.sleep(CLOSE_MILLISECONDS, left.signal).catch(() => undefined);
    await Promise.race([client.end().catch(() => undefined), late]);
    left.abort();
  }
  stream.destroy();
  await closed;
}
