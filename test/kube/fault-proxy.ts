import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** Stands between a client and the API server and breaks what it is told to break. */
export interface FaultProxy {
  readonly url: string;
  /** Method and path with query of every request, in order. */
  readonly requests: readonly string[];
  /** Answers the next requests that the predicate chooses, instead of the API server. */
  readonly answer: (times: number, choose: (url: URL) => boolean, answer: ProxyAnswer) => void;
  /** Sends an RST on every connection. */
  readonly reset: () => void;
  /** Leaves every present connection open but silent in both directions: half-open. New ones work. */
  readonly freeze: () => void;
  /** How many watches are being answered. */
  readonly openWatches: () => number;
  /** Writes a line into every open watch and ends it. */
  readonly endWatches: (line: string) => void;
  /** Cuts all further answers into pieces of so many bytes. */
  readonly cutInto: (bytes: number) => void;
  /** Holds every answer back by so many milliseconds. */
  readonly delay: (milliseconds: number) => void;
  /** Refuses connections until `up`, on the same port. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A made-up answer. */
export interface ProxyAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Fault {
  times: number;
  readonly choose: (url: URL) => boolean;
  readonly answer: ProxyAnswer;
}

/** Where requests go on to. */
export interface Upstream {
  readonly url: string;
  readonly certificateAuthority: string;
}

/** Starts a proxy on loopback: plain HTTP towards the client, so that it can read along; TLS towards the API server. */
export async function startFaultProxy(upstream: Upstream): Promise<FaultProxy> {
  const requests: string[] = [];
  const faults: Fault[] = [];
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  const watches = new Set<ServerResponse>();
  let pieces = Number.POSITIVE_INFINITY;
  let wait = 0;

  const handle = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { socket } = incoming;
    const url = new URL(incoming.url ?? '/', 'http://proxy');
    requests.push(`${incoming.method} ${incoming.url}`);
    const fault = faults.find(({ times, choose }) => times > 0 && choose(url));
    if (fault !== undefined) {
      fault.times -= 1;
      outgoing.writeHead(fault.answer.status, fault.answer.headers).end(fault.answer.body);
      return;
    }
    if (url.searchParams.has('watch')) watches.add(outgoing);
    outgoing.once('close', () => watches.delete(outgoing));
    const forwarded = httpsRequest(new URL(url.pathname + url.search, upstream.url), {
      method: incoming.method,
      headers: { ...incoming.headers, host: new URL(upstream.url).host },
      ca: upstream.certificateAuthority,
      agent: false,
    });
    const silent = (): boolean => frozen.has(socket);
    forwarded.once('response', (response) =>
      relay(response, outgoing, { silent, pieces: () => pieces, wait: () => wait }),
    );
    forwarded.once('error', () => silent() || socket.resetAndDestroy());
    outgoing.once('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  };

  const server = createServer(handle);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const listen = async (port: number): Promise<void> =>
    void (await once(server.listen(port, '127.0.0.1'), 'listening'));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const reset = (): void => sockets.forEach((socket) => void socket.resetAndDestroy());
  const down = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    reset();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: (times, choose, answer) => void faults.push({ times, choose, answer }),
    reset,
    freeze: () => sockets.forEach((socket) => frozen.add(socket)),
    openWatches: () => [...watches].filter(({ headersSent }) => headersSent).length,
    endWatches: (line) => watches.forEach((watch) => watch.end(`${line}\n`)),
    cutInto: (bytes) => (pieces = bytes),
    delay: (milliseconds) => (wait = milliseconds),
    down,
    up: () => listen(port),
    close: down,
  };
}

interface RelayState {
  readonly silent: () => boolean;
  readonly pieces: () => number;
  readonly wait: () => number;
}

function relay(response: IncomingMessage, outgoing: ServerResponse, state: RelayState): void {
  const later = (act: () => void): void =>
    void setTimeout(() => state.silent() || outgoing.writableEnded || act(), state.wait());
  later(() => outgoing.writeHead(response.statusCode ?? 502, response.headers).flushHeaders());
  response.on('data', (chunk: Buffer) => {
    later(() => {
      const size = Math.min(state.pieces(), chunk.length);
      for (let start = 0; start < chunk.length; start += size)
        outgoing.write(chunk.subarray(start, start + size));
    });
  });
  response.once('end', () => later(() => outgoing.end()));
  response.once('error', () => state.silent() || outgoing.socket?.resetAndDestroy());
}
