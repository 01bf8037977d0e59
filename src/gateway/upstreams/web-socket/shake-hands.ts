import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { RefusalError } from '../../egress/egress-refusal.ts';
import type { UpstreamConnection } from '../connections.ts';
import { MAX_INTERIM_RESPONSES, refusalOf, type ResponseHead } from '../run-exchange.ts';

/** A handshake with an upstream, decided. */
export interface UpstreamHandshake {
  readonly host: string;
  readonly connection: UpstreamConnection;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The subprotocols that are offered. */
  readonly protocols: readonly string[];
  readonly firstByteMilliseconds: number;
  readonly idleMilliseconds: number;
  readonly signal: AbortSignal;
  /** Called with what it answers. */
  readonly onStatus: (status: number) => void;
}

/** A connection on which the upstream speaks WebSocket. */
export interface ShakenHands {
  readonly socket: Duplex;
  /** The subprotocol that the upstream has chosen; null where it has chosen none. */
  readonly protocol: string | null;
}

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const KEY_BYTES = 16;

/** What proves that a handshake with that key was read. */
export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}${GUID}`).digest('base64');
}

/** Begins a WebSocket. Throws a RefusalError where the upstream does not, and the reason of the signal. */
export async function shakeHands(handshake: UpstreamHandshake): Promise<ShakenHands> {
  const { connection, host, protocols, signal } = handshake;
  signal.throwIfAborted();
  const key = randomBytes(KEY_BYTES).toString('base64');
  const { promise, reject, resolve } = Promise.withResolvers<Answered>();
  const onAbort = (): void => {
    connection.destroy();
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    askForUpgrade(handshake, key, { resolve, reject });
    const { socket, ...head } = await promise;
    const problem = findProblem(head, acceptOf(key), protocols);
    if (problem !== null) throw notEstablished(host, problem);
    return { socket, protocol: textOf(head.headers, 'sec-websocket-protocol') };
  } catch (error) {
    connection.destroy();
    signal.throwIfAborted();
    throw refusalOf(error, handshake);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

interface Answered extends ResponseHead {
  readonly socket: Duplex;
}

function askForUpgrade(
  { connection, host, target, headers, firstByteMilliseconds, idleMilliseconds, onStatus }: UpstreamHandshake,
  key: string,
  { resolve, reject }: Pick<PromiseWithResolvers<Answered>, 'resolve' | 'reject'>,
): void {
  let interim = 0;
  connection.client.dispatch(
    {
      method: 'GET',
      path: target,
      upgrade: 'websocket',
      headers: { ...headers, 'sec-websocket-version': '13', 'sec-websocket-key': key },
      headersTimeout: firstByteMilliseconds,
      bodyTimeout: idleMilliseconds,
    },
    {
      onRequestStart: () => undefined,
      onRequestUpgrade: (_controller, status, answered, socket) => {
        onStatus(status);
        resolve({ status, headers: answered, socket });
      },
      onResponseStart: (controller, status) => {
        interim += 1;
        if (status < 200 && interim <= MAX_INTERIM_RESPONSES) return;
        onStatus(status);
        reject(notEstablished(host, `answers with the status ${status} instead of 101`));
        controller.abort(new Error('the answer is not wanted'));
      },
      onResponseData: () => undefined,
      onResponseEnd: () => reject(new Error('the answer has ended')),
      onResponseError: (_controller, error) => reject(error),
    },
  );
}

/** What is wrong with an answer (RFC 6455, section 4.1); null where nothing is. It shows nothing of it. */
function findProblem(
  { status, headers }: ResponseHead,
  accept: string,
  protocols: readonly string[],
): string | null {
  if (status !== 101) return `answers with the status ${status} instead of 101`;
  if (textOf(headers, 'upgrade')?.toLowerCase() !== 'websocket') return 'changes to another protocol';
  const connection = textOf(headers, 'connection')?.toLowerCase().split(',') ?? [];
  if (!connection.some((item) => item.trim() === 'upgrade')) return 'does not name "upgrade" in Connection';
  if (textOf(headers, 'sec-websocket-accept') !== accept) return 'answers another handshake';
  if (headers['sec-websocket-extensions'] !== undefined) return 'uses an extension that was not offered';
  const protocol = textOf(headers, 'sec-websocket-protocol');
  if (protocol !== null && !protocols.includes(protocol)) return 'uses a subprotocol that was not offered';
  return null;
}

function textOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return value === undefined ? null : [value].flat().join(', ');
}

function notEstablished(host: string, problem: string): RefusalError {
  const message = `"${host}" ${problem}. Check the path, and what the credential may do there.`;
  return new RefusalError('WebSocketNotEstablished', message);
}
