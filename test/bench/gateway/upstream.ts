import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { createCertificateAuthority, issueServingCertificate } from '../../../src/certificates/issue.ts';
import { listenOn } from '../../../src/serve/listen.ts';
import { BASE_PATH, BULK_PATH, ITEMS_PATH, MODEL_PATH, UPSTREAM_KEY } from './bench-upstreams.ts';
import { writePattern } from './byte-pattern.ts';
import { UPSTREAM_HOST } from './destinations.ts';
import { eventAt } from './event-stream.ts';

/** What the gateway calls for agents: it answers only those who show its key. */
export interface Upstream {
  readonly port: number;
  /** Who vouches for its certificate, in PEM. */
  readonly authority: string;
  /** Connections to it that are open now. */
  readonly openSockets: () => number;
  readonly stop: () => Promise<void>;
}

/** How many events a stream has in a second. */
export const EVENTS_PER_SECOND = 20;
/** So much that no reader of the bench comes to its end. */
export const BULK_BYTES = 1024 * 1024 * 1024;

/** Above any pause between two rounds. */
const KEEP_ALIVE_MILLISECONDS = 600_000;
const ADDRESS = '127.0.0.1';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const ANSWERS: ReadonlyMap<string, Answer> = new Map([
  [`POST ${BASE_PATH}${ITEMS_PATH}`, answerSame],
  [`POST ${BASE_PATH}${MODEL_PATH}`, answerEvents],
  [`GET ${BASE_PATH}${BULK_PATH}`, answerBulk],
]);

/** Starts it in this process. */
export async function startUpstream(): Promise<Upstream> {
  const authority = await createCertificateAuthority(Date.now());
  const serving = await issueServingCertificate(authority, [UPSTREAM_HOST], Date.now());
  const server = createServer({
    cert: serving.certificate,
    key: serving.privateKey.reveal(),
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
  });
  const sockets = new Set<Socket>();
  // Before TLS, so that a connection is counted from its first packet to its last.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request, response) => {
    const isKnown = request.headers.authorization === `Bearer ${UPSTREAM_KEY}`;
    const answer = ANSWERS.get(`${request.method} ${request.url}`);
    if (isKnown && answer !== undefined) answer(request, response);
    else response.writeHead(isKnown ? 404 : 401).end();
  });
  return {
    port: await listenOn(server, 0, ADDRESS),
    authority: authority.certificate,
    openSockets: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Sends back the body that came. */
function answerSame(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => {
    const body = Buffer.concat(chunks);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
}

/** Sends events until the client leaves. The first comes after a part of the time, so that streams do not send all at once. */
function answerEvents(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  response.flushHeaders();
  const milliseconds = 1_000 / EVENTS_PER_SECOND;
  let next = 0;
  let interval: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    interval = setInterval(() => response.write(eventAt(next++)), milliseconds);
  }, Math.random() * milliseconds);
  response.once('close', () => {
    clearTimeout(first);
    clearInterval(interval);
  });
}

/** Sends bytes of the pattern, as fast as they are taken. */
function answerBulk(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': BULK_BYTES });
  writePattern(response, BULK_BYTES);
}
