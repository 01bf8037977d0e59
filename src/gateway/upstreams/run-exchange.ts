import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { type Dispatcher, errors } from 'undici';
import { errorCode } from '../../lib/error-code.ts';
import { type EgressRefusal, RefusalError } from '../egress/egress-refusal.ts';
import type { UpstreamConnection } from './connections.ts';
import { watchOverhead } from './wire-overhead.ts';

/** The head of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Takes a response as it comes. What it throws ends the exchange. */
export interface ResponseSink {
  /** Returns false where the body is not wanted: the exchange ends then. */
  readonly start: (head: ResponseHead) => boolean;
  /** Calls `resume` when it can take more, where it returns false. */
  readonly write: (chunk: Buffer, resume: () => void) => boolean;
  readonly end: () => void;
}

/** One request over one connection, decided. */
export interface UpstreamExchange {
  readonly host: string;
  readonly connection: UpstreamConnection;
  readonly method: Dispatcher.HttpMethod;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable | null;
  readonly firstByteMilliseconds: number;
  readonly idleMilliseconds: number;
  readonly signal: AbortSignal;
}

/** Interim responses tell nothing that goes on, and each would give the upstream its time again. */
export const MAX_INTERIM_RESPONSES = 8;
const NOT_WANTED = new Error('the body is not wanted');

/**
 * Makes one request and passes the response on. Resolves to whether the connection can be used again. Throws a RefusalError for
 * what the upstream does wrong, what the sink throws, and the reason of the signal.
 */
export async function runExchange(exchange: UpstreamExchange, sink: ResponseSink): Promise<boolean> {
  const { connection, signal } = exchange;
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const onAbort = (): void => {
    connection.destroy();
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const overhead = watchOverhead(
    () => connection.traffic().bytesDown,
    () => reject(tooMuch(exchange.host)),
  );
  const counted: ResponseSink = {
    ...sink,
    write: (chunk, resume) => {
      overhead.passed(chunk.length);
      return sink.write(chunk, resume);
    },
  };
  const { method, target: path, headers, body, firstByteMilliseconds, idleMilliseconds } = exchange;
  try {
    connection.client.dispatch(
      {
        method,
        path,
        headers,
        body,
        headersTimeout: firstByteMilliseconds,
        bodyTimeout: idleMilliseconds,
      },
      createHandler(counted, { resolve, reject }),
    );
    return await promise;
  } catch (error) {
    connection.destroy();
    signal.throwIfAborted();
    if (error === NOT_WANTED) return false;
    throw refusalOf(error, exchange);
  } finally {
    overhead.stop();
    signal.removeEventListener('abort', onAbort);
  }
}

function createHandler(
  sink: ResponseSink,
  { resolve, reject }: Pick<PromiseWithResolvers<boolean>, 'resolve' | 'reject'>,
): Dispatcher.DispatchHandler {
  let interim = 0;
  let resume = (): void => undefined;
  return {
    onRequestStart: (controller) => {
      resume = () => controller.resume();
    },
    onResponseStart: (controller, status, headers) => {
      if (status < 200) {
        interim += 1;
        if (interim > MAX_INTERIM_RESPONSES)
          controller.abort(new errors.HTTPParserError('interim responses'));
        return;
      }
      if (!sink.start({ status, headers })) controller.abort(NOT_WANTED);
    },
    onResponseData: (controller, chunk) => {
      if (!sink.write(chunk, resume)) controller.pause();
    },
    onResponseEnd: () => {
      try {
        sink.end();
        resolve(true);
      } catch (error) {
        reject(error);
      }
    },
    onResponseError: (_controller, error) => reject(error),
  };
}

export function tooMuch(host: string): RefusalError {
  const message = `"${host}" sent far more around its response than one needs. Ask for something else.`;
  return new RefusalError('ResponseBroken', message);
}

/** Errors of sockets and parsers have codes. What has none is a fault of ours. */
export function refusalOf(
  error: unknown,
  {
    host,
    firstByteMilliseconds,
    idleMilliseconds,
  }: Pick<UpstreamExchange, 'host' | 'firstByteMilliseconds' | 'idleMilliseconds'>,
): unknown {
  if (error instanceof RefusalError) return error;
  const code = error instanceof errors.HTTPParserError ? 'not HTTP' : errorCode(error);
  if (code === undefined || code === 'UND_ERR_INVALID_ARG') return error;
  const say = ({ reason, message }: EgressRefusal): RefusalError => new RefusalError(reason, message, error);
  if (code === 'UND_ERR_HEADERS_TIMEOUT') {
    const message = `"${host}" did not answer within ${firstByteMilliseconds} ms. Try again later.`;
    return say({ reason: 'ResponseTimedOut', message });
  }
  if (code === 'UND_ERR_BODY_TIMEOUT') {
    const message = `"${host}" sent nothing for ${idleMilliseconds} ms within its response. Try again later.`;
    return say({ reason: 'ResponseTimedOut', message });
  }
  const message = `The response of "${host}" cannot be read (${code}). Try again later.`;
  return say({ reason: 'ResponseBroken', message });
}
