import { createServer, type Server } from 'node:https';
import { Server as TlsServer } from 'node:tls';
import express, { type Express } from 'express';
import type { Logger } from '../lib/log.ts';
import type { AdmissionMetrics } from './admission-metrics.ts';
import type { ServingCertificate } from './certificates/serving-certificate.ts';
import type { WebhookLimits } from './limits.ts';
import { listenOn } from './listen-on.ts';
import { sendProblem } from './respond.ts';
import type { Review } from './review-function.ts';
import { createReviewHandler, type ReviewHandler, type ReviewHandlerParts } from './review-handler.ts';
import type { ReviewLoad } from './review-load.ts';

/** What the webhook's server is made of. */
export interface WebhookServerOptions {
  readonly review: Review;
  readonly certificate: ServingCertificate;
  readonly limits: WebhookLimits;
  readonly load: ReviewLoad;
  readonly metrics: AdmissionMetrics;
  readonly log: Logger;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicNow: () => number;
  /** Whether the caches can be believed; reviews are refused while they cannot. */
  readonly isReady: () => boolean;
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

/** Builds the server without starting it. */
export function createWebhookServer(options: WebhookServerOptions): WebhookServer {
  const { limits, log } = options;
  let isEnding = false;
  const handlers = new Map([
    ['/explain', createReviewHandler('Explain', options)],
    ['/decide', createReviewHandler('Decide', options)],
  ]);
  const app = createApp(options, handlers);
  const server = createServer(
    {
      ...TLS,
      ...asTlsOptions(options.certificate),
      handshakeTimeout: limits.headersMilliseconds,
      headersTimeout: limits.headersMilliseconds,
      requestTimeout: limits.headersMilliseconds + limits.deadlineMilliseconds,
      keepAliveTimeout: limits.idleMilliseconds,
      // Node looks for overdue requests at this interval; its default of 30 s would be the bound.
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      if (isEnding) response.setHeader('Connection', 'close');
      // The two paths that the API server asks; whatever else comes is for express to understand.
      const handle = request.method === 'POST' ? handlers.get(pathOf(request.url ?? '')) : undefined;
      if (handle === undefined) app(request, response);
      else handle(request, response);
    },
  );
  server.maxConnections = limits.connections;
  server.on('tlsClientError', (error) => log.debug({ err: error }, 'TLS handshake failed'));
  return {
    listen: (port, address) => listenOn(server, port, address),
    useCertificate(certificate) {
      server.setSecureContext({ ...TLS, ...asTlsOptions(certificate) });
    },
    endConnections() {
      isEnding = true;
    },
    close: () => {
      isEnding = true;
      return close(server, limits.headersMilliseconds + limits.deadlineMilliseconds);
    },
  };
}

/** The API server adds `?timeout=5s` to the path of the registration. */
function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function createApp(parts: ReviewHandlerParts, handlers: ReadonlyMap<string, ReviewHandler>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  for (const [path, handle] of handlers) app.post(path, handle);
  app.use((_request, response) => {
    sendProblem(response, { reason: 'Malformed', status: 404, text: 'POST a review to /explain or /decide' });
  });
  app.use(((error, _request, response, _next) => {
    parts.log.error({ err: error }, 'request failed');
    sendProblem(response, {
      reason: 'Fault',
      status: 500,
      text: 'the webhook failed; its log has the cause',
    });
  }) satisfies express.ErrorRequestHandler);
  return app;
}

function asTlsOptions({ certificate, privateKey }: ServingCertificate): { cert: string; key: string } {
  return { cert: certificate, key: privateKey };
}

/**
 * Closes in the order that loses nothing. http's own close drops idle connections at once, also one on which a request
 * is on its way; so only the listening socket is closed first, and idle connections after a grace.
 */
async function close(server: Server, longest: number): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    TlsServer.prototype.close.call(server, (error) => (error === undefined ? resolve() : reject(error)));
  });
  const sweep = setInterval(() => server.closeIdleConnections(), CLOSING_GRACE);
  const end = setTimeout(() => server.closeAllConnections(), longest);
  try {
    await closed;
  } finally {
    clearInterval(sweep);
    clearTimeout(end);
    // Ends http's own timer, which the call above left alone.
    server.close();
  }
}

/** A client whose handshake is done sends its request well within this. Milliseconds. */
const CLOSING_GRACE = 500;
