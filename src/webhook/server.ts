import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import express, { type Express } from 'express';
import type { Logger } from '../lib/log.ts';
import type { AdmissionMetrics } from './admission-metrics.ts';
import type { ServingCertificate } from '../certificates/serving-certificate.ts';
import { closeServer } from '../serve/close-server.ts';
import { createDeadlines } from './deadlines.ts';
import { createHttp2Sessions, type Http2Sessions } from './http2-sessions.ts';
import { longestRequest, type WebhookLimits } from '../serve/limits.ts';
import { isLoopbackHost } from './is-loopback-host.ts';
import { listenOn } from '../serve/listen.ts';
import { sendProblem } from './respond.ts';
import { createRefusalLog } from './refusal-log.ts';
import type { Review } from './review-function.ts';
import { createReviewHandler, type ReviewHandler } from './review-handler.ts';
import type { ReviewLoad } from '../serve/load.ts';
import { createTurnEnd } from './turn-end.ts';

/** What the webhook's server is made of. */
export interface WebhookServerOptions {
  readonly review: Review;
  readonly certificate: ServingCertificate;
  readonly limits: WebhookLimits;
  readonly load: ReviewLoad;
  readonly metrics: AdmissionMetrics;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicNow: () => number;
  /** Whether the caches can be believed; reviews are refused while they cannot. */
  readonly isReady: () => boolean;
  /** Whether HTTP/2 is offered beside HTTP/1.1. */
  readonly offersHttp2: boolean;
}

/** The HTTPS server of the webhook: `POST /explain` and `POST /decide`. */
export interface WebhookServer {
  /** Begins to listen; resolves to the port, which the system chooses when it is 0. */
  listen(port: number, address?: string): Promise<number>;
  /** Serves another certificate to new connections; those there are stay. */
  useCertificate(certificate: ServingCertificate): void;
  /** From now on every answer ends its connection, so that clients move to another replica between two requests. */
  endConnections(): void;
  /** Stops accepting, and resolves when every request under way is answered. */
  close(): Promise<void>;
}

/** TLS 1.3 alone: the API server speaks it since Go 1.12, and a session cannot be downgraded. */
const TLS = { minVersion: 'TLSv1.3' } as const;

/**
 * Answers that wait for others to be read, at most. A client that ends its side of the connection together with its
 * request may get none; the API server keeps it open.
 */
const MOST_HELD_BACK = 16;

/** Builds the server without starting it. */
export function createWebhookServer(options: WebhookServerOptions): WebhookServer {
  const { limits, log } = options;
  let isEnding = false;
  const refusals = createRefusalLog(log, options.now);
  const deadlines = createDeadlines(limits.deadlineMilliseconds, options.monotonicNow);
  const atTurnEnd = createTurnEnd(Math.min(limits.reviewsInFlight, MOST_HELD_BACK));
  const parts = { ...options, deadlines, refusals, atTurnEnd };
  const handlers = new Map([
    ['/explain', createReviewHandler('Explain', parts)],
    ['/decide', createReviewHandler('Decide', parts)],
  ]);
  // The two paths that the API server asks.
  const handlerOf = ({ method, url }: IncomingMessage): ReviewHandler | undefined =>
    method === 'POST' ? handlers.get(pathOf(url ?? '')) : undefined;
  const app = createApp(log, handlers);
  const server = createServer(serverOptions(options), (request, response) => {
    if (isEnding) response.setHeader('Connection', 'close');
    // Whatever else comes is for express to understand, which does not read HTTP/2.
    (handlerOf(request) ?? app)(request, response);
  });
  const sessions = createHttp2Sessions(limits, (request, response) => {
    (handlerOf(request) ?? sendUnknownPath)(request, response);
  });
  if (options.offersHttp2) divide(server, sessions);
  server.maxConnections = limits.connections;
  server.on('tlsClientError', (error) => log.debug({ err: error }, 'TLS handshake failed'));
  const endConnections = (): void => {
    isEnding = true;
    sessions.announceEnd();
  };
  return {
    listen: (port, address) => listenOn(server, port, address),
    useCertificate(certificate) {
      server.setSecureContext({ ...TLS, ...asTlsOptions(certificate) });
    },
    endConnections,
    close: async () => {
      endConnections();
      try {
        await closeServer(server, sessions, longestRequest(limits));
      } finally {
        refusals.flush();
      }
    },
  };
}

function serverOptions({ certificate, limits, offersHttp2 }: WebhookServerOptions): ServerOptions {
  return {
    ...TLS,
    ...asTlsOptions(certificate),
    ...(offersHttp2 ? { ALPNProtocols: ['h2', 'http/1.1'] } : {}),
    handshakeTimeout: limits.headersMilliseconds,
    headersTimeout: limits.headersMilliseconds,
    requestTimeout: longestRequest(limits),
    keepAliveTimeout: limits.idleMilliseconds,
    // Node looks for overdue requests at this interval; its default of 30 s would be the bound.
    connectionsCheckingInterval: 1_000,
  };
}

/**
 * Gives connections on which the client chose HTTP/2 to `sessions`, before the server reads them as HTTP/1.1. From
 * elsewhere than this host none is taken: the server may listen on other addresses than that of its URL.
 */
function divide(server: Server, sessions: Http2Sessions): void {
  const listeners = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') {
      if (isLoopbackHost(socket.remoteAddress ?? '')) sessions.accept(socket);
      else socket.destroy();
    } else for (const listener of listeners) listener.call(server, socket);
  });
}

/** The API server adds `?timeout=5s` to the path of the registration. */
function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function createApp(log: Logger, handlers: ReadonlyMap<string, ReviewHandler>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  for (const [path, handle] of handlers) app.post(path, handle);
  app.use(sendUnknownPath);
  app.use(((error, _request, response, _next) => {
    log.error({ err: error }, 'request failed');
    sendProblem(response, {
      reason: 'Fault',
      status: 500,
      text: 'the webhook failed; its log has the cause',
    });
  }) satisfies express.ErrorRequestHandler);
  return app;
}

function sendUnknownPath(_request: IncomingMessage, response: ServerResponse): void {
  sendProblem(response, { reason: 'Malformed', status: 404, text: 'POST a review to /explain or /decide' });
}

function asTlsOptions({ certificate, privateKey }: ServingCertificate): { cert: string; key: string } {
  return { cert: certificate, key: privateKey };
}
