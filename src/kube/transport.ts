import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import type { Connection } from './connection.ts';
import { KubeError, isKubeError } from './kube-error.ts';
import { errorFromAnswer, errorFromFailure } from './request-error.ts';
import { retryDelay } from './retry-delay.ts';

/** One request as data. */
export interface Call {
  /** What is tried, for messages: `get Pod acme/agent-1`. */
  readonly request: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
}

/** The limits of one call. */
export interface CallLimits {
  /** For the whole call, retries included. Default 30 s. A read gets a third of it for each attempt. */
  readonly deadlineMilliseconds?: number;
  /** Default 5; 1 means that the request is repeated only once, with new credentials, where it was not authorized. */
  readonly maxAttempts?: number;
  readonly signal?: AbortSignal;
  /** Called right before each attempt is sent, when nothing is left to wait for. What it throws ends the attempt unsent. */
  readonly beforeAttempt?: () => void;
}

/** Sends requests with deadlines and bounded retries. */
export interface Transport {
  /** Returns the parsed body; its type is the caller's claim. */
  readonly json: <T>(call: Call, limits?: CallLimits) => Promise<T>;
  /** Resolves when the headers have arrived. From then on only `signal` ends the stream. */
  readonly stream: (call: Call, limits?: CallLimits) => Promise<Readable>;
}

/** What a transport needs from outside. `random` returns a number in [0, 1). */
export interface TransportContext {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly random: () => number;
  readonly userAgent: string;
}

// A read on a pooled connection that has gone silent is worth another try on a fresh one; a write is not repeated.
function attemptTimeout(call: Call, maxAttempts: number, milliseconds: number): number {
  return call.method === 'GET' && maxAttempts > 1 ? Math.max(10_000, milliseconds / 3) : milliseconds;
}

/** Creates a transport over a connection. */
export function createTransport(context: TransportContext): Transport {
  return {
    json: <T>(call: Call, limits: CallLimits = {}) =>
      retry(context, call, limits, async (signal) => {
        const response = await exchange(context, call, signal, limits.beforeAttempt);
        return (await response.body.json()) as T;
      }),
    stream: async (call, limits = {}) => {
      const { signal, beforeAttempt } = limits;
      const response = await retry(context, call, limits, (ended) =>
        exchange(context, call, ended, beforeAttempt),
      );
      const { body } = response;
      const cut = (): void => void body.destroy(signal?.reason);
      if (signal?.aborted) cut();
      signal?.addEventListener('abort', cut, { once: true });
      body.once('close', () => signal?.removeEventListener('abort', cut));
      return body;
    },
  };
}

async function retry<T>(
  context: TransportContext,
  call: Call,
  limits: CallLimits,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, connection, random } = context;
  const { deadlineMilliseconds = 30_000, maxAttempts = 5, signal } = limits;
  const end = clock.now() + deadlineMilliseconds;
  const safe = call.method === 'GET';
  let renewed = false;
  for (let attempts = 1; ; attempts += 1) {
    const remaining = end - clock.now();
    const milliseconds = Math.min(remaining, attemptTimeout(call, maxAttempts, deadlineMilliseconds));
    const onTimeout = (): KubeError => timeoutError(call, connection.server, milliseconds);
    try {
      return await withDeadline({ clock, milliseconds, signal, onTimeout }, attempt);
    } catch (caught) {
      signal?.throwIfAborted();
      const error = errorFromFailure(call.request, connection.server, caught);
      if (isKubeError(error, 'Unauthorized') && !renewed) {
        renewed = true;
        await connection.renew();
        continue;
      }
      const rest = end - clock.now();
      const question = { safe, attempts, maxAttempts, error, random: random(), remaining: rest };
      const delay = retryDelay(question);
      if (delay === undefined) throw error;
      await clock.sleep(delay, signal);
    }
  }
}

async function exchange(
  context: TransportContext,
  call: Call,
  signal: AbortSignal,
  beforeAttempt?: () => void,
): Promise<Dispatcher.ResponseData> {
  const { origin, prefix, dispatcher, headers } = await context.connection.endpoint();
  beforeAttempt?.();
  const response = await dispatcher.request({
    origin,
    path: prefix + call.path + queryString(call.query),
    method: call.method,
    headers: {
      ...headers,
      accept: call.accept ?? 'application/json',
      'user-agent': context.userAgent,
      ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
    },
    body: call.body === undefined ? null : JSON.stringify(call.body),
    signal,
  });
  if (response.statusCode >= 200 && response.statusCode < 300) return response;
  const retryAfter = response.headers['retry-after'];
  throw errorFromAnswer({
    request: call.request,
    status: response.statusCode,
    body: await response.body.text(),
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
  });
}

function queryString(query: Call['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

function timeoutError(call: Call, server: string, milliseconds: number): KubeError {
  const seconds = (milliseconds / 1_000).toFixed(1);
  return new KubeError(`cannot ${call.request}: ${server} did not answer within ${seconds} s`, {
    reason: 'Timeout',
  });
}
