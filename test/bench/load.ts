import { Pool } from 'undici';

/** One request, and a check of its answer. */
export interface Exchange {
  readonly body: string;
  /** Where it goes, if not to the path of the target. */
  readonly path?: string;
  /** Whether the pod in it must be refused. */
  readonly isRefused: boolean;
  /** Says what is wrong with an answer; null if it is the expected one. */
  readonly findFault: (status: number, answer: string) => string | null;
}

/** Where requests go, and which ones. */
export interface Target {
  /** `https://address:port` */
  readonly url: string;
  /** PEM */
  readonly authority: string;
  readonly path: string;
  /** Bearer token; null if the server does not ask for one. */
  readonly token: string | null;
  readonly exchanges: readonly Exchange[];
  /** The address that connections come from; the system's choice if it is not set. */
  readonly localAddress?: string;
}

/** One answered request. */
export interface Sent {
  readonly milliseconds: number;
  readonly isRefused: boolean;
}

/** Keeps connections to a target, one request on each at a time, and sends its exchanges in turn. */
export interface LoadClient {
  readonly connections: number;
  /** Sends the next exchange. Throws if the answer is not the expected one. */
  readonly send: () => Promise<Sent>;
  readonly close: () => Promise<void>;
}

/** Above any pause between two rounds, so that no round pays for handshakes. */
const KEEP_ALIVE_MILLISECONDS = 600_000;

/** Opens a client. It speaks HTTP/1.1, as the API server does to a webhook behind a Service. */
export function openLoadClient(target: Target, connections: number): LoadClient {
  const pool = new Pool(target.url, {
    connections,
    pipelining: 1,
    allowH2: false,
    connect: { ca: target.authority },
    ...(target.localAddress === undefined ? {} : { localAddress: target.localAddress }),
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    keepAliveMaxTimeout: KEEP_ALIVE_MILLISECONDS,
  });
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    ...(target.token === null ? {} : { authorization: `Bearer ${target.token}` }),
  };
  let next = 0;
  const send = async (): Promise<Sent> => {
    const exchange = target.exchanges[next++ % target.exchanges.length];
    if (exchange === undefined) throw new Error(`there is no request for ${target.url}${target.path}`);
    const started = performance.now();
    const { path = target.path, body } = exchange;
    const response = await pool.request({ method: 'POST', path, headers, body });
    const answer = await response.body.text();
    const milliseconds = performance.now() - started;
    const fault = exchange.findFault(response.statusCode, answer);
    if (fault !== null) throw new Error(`${target.url}${path}: ${fault}`);
    return { milliseconds, isRefused: exchange.isRefused };
  };
  return { connections, send, close: () => pool.close() };
}

/** What came of many requests. */
export interface LoadResult {
  readonly milliseconds: number;
  readonly refused: number;
}

/** Sends `count` requests as fast as they are answered, one at a time on each connection. */
export async function sendAtFullRate(client: LoadClient, count: number): Promise<LoadResult> {
  let left = count;
  let refused = 0;
  const sendInTurn = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { isRefused } = await client.send();
      if (isRefused) refused += 1;
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: client.connections }, sendInTurn));
  return { milliseconds: performance.now() - started, refused };
}

/** Sends `count` requests, one every millisecond, and returns the milliseconds until each was answered. */
export async function sendEveryMillisecond(client: LoadClient, count: number): Promise<readonly number[]> {
  const sent: Promise<Sent>[] = [];
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      sent.push(client.send());
      if (sent.length < count) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  return (await Promise.all(sent)).map(({ milliseconds }) => milliseconds);
}
