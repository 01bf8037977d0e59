import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { Logger } from '../lib/log.ts';
import type { Secret } from '../lib/secret.ts';
import { admitFirst } from './admit-first.ts';
import { type ConnectionLimits, maxRequestMilliseconds } from './limits.ts';
import { listenOn } from './listen.ts';
import { UpgradeResponse } from './upgrade-response.ts';

/** What a server presents to its clients, in PEM. */
export interface ServingCertificate {
  readonly certificate: string;
  /** PKCS #8. It is created in this process and never written anywhere. */
  readonly privateKey: Secret;
}

export interface HttpsServerOptions {
  readonly certificate: ServingCertificate;
  readonly limits: ConnectionLimits;
  readonly log: Logger;
  /** Called for each connection before its handshake. Where it returns false, the connection is reset. */
  readonly admit?: (socket: Socket) => boolean;
  /** Called to answer, and to end, a connection on which came something that is not HTTP. Where it is not set, Node does. */
  readonly onUnreadable?: (socket: Socket) => void;
  /**
   * Whether the connection of a request with `Upgrade` may be taken: its response is an `UpgradeResponse` then. No other request
   * has one. Where it is not set, none has.
   */
  readonly mayUpgrade?: (request: IncomingMessage) => boolean;
}

/** An HTTPS server that can change its certificate and shut down without losing a request. */
export interface HttpsServer {
  /** Starts to listen. Resolves to the port, which the system chooses when `port` is 0. */
  listen(port: number, address?: string): Promise<number>;
  /** Serves another certificate to new connections. Open connections stay. */
  useCertificate(certificate: ServingCertificate): void;
  /** From now on every response closes its connection, so that clients move to another replica. */
  endConnections(): void;
  /** Stops accepting connections. Resolves when every request in flight has its response. */
  close(): Promise<void>;
}

/** TLS 1.3 only: the API server speaks it since Go 1.12, and a session cannot be downgraded. */
const TLS = { minVersion: 'TLSv1.3' } as const;

/** A client sends its request within this time after the handshake. */
const CLOSING_GRACE_MILLISECONDS = 500;

/** Creates the server without starting it. */
export function createHttpsServer(options: HttpsServerOptions, listener: RequestListener): HttpsServer {
  const { limits, log } = options;
  let isEnding = false;
  const { maxRequestsPerConnection = Infinity } = limits;
  const requests = new WeakMap<Socket, number>();
  const serve: RequestListener = (request, response) => {
    const count = (requests.get(request.socket) ?? 0) + 1;
    requests.set(request.socket, count);
    // Sent at once with the last one, whose response closes the connection: `maxRequestsPerSocket` of Node would answer each.
    if (count > maxRequestsPerConnection) return;
    if (isEnding || count === maxRequestsPerConnection) response.setHeader('Connection', 'close');
    listener(request, response);
  };
  const server = createServer(serverOptions(options), serve);
  if (options.mayUpgrade !== undefined) serveUpgrades(server, serve);
  server.maxConnections = limits.maxConnections;
  if (options.admit !== undefined) admitFirst(server, options.admit);
  const { onUnreadable } = options;
  if (onUnreadable !== undefined) {
    server.on('clientError', (_error, socket) => {
      // A client that is gone, or that reset a connection it had no request on, gets no answer.
      if (socket.writable) onUnreadable(socket as Socket);
      else socket.destroy();
    });
  }
  server.on('tlsClientError', (error) => log.debug({ err: error }, 'TLS handshake failed'));
  const endConnections = (): void => {
    isEnding = true;
  };
  return {
    listen: (port, address) => listenOn(server, port, address),
    useCertificate(certificate) {
      server.setSecureContext({ ...TLS, ...keyPairOf(certificate) });
    },
    endConnections,
    close() {
      endConnections();
      return closeGracefully(server, maxRequestMilliseconds(limits));
    },
  };
}

/** Serves requests with `Upgrade` as the others. Node gives their connections away, whatever is on them. */
function serveUpgrades(server: Server, serve: RequestListener): void {
  const answering = new WeakSet<Socket>();
  server.prependListener('request', ({ socket }, response) => {
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
  });
  server.on('upgrade', (request, connection, head) => {
    const socket = connection as Socket;
    // It waited neither for the answer before nor for this one.
    if (head.length > 0 || answering.has(socket)) socket.destroy();
    else serve(request, new UpgradeResponse(request, socket));
  });
}

function serverOptions({ certificate, limits, mayUpgrade }: HttpsServerOptions): ServerOptions {
  return {
    ...(mayUpgrade === undefined ? {} : { shouldUpgradeCallback: mayUpgrade }),
    ...TLS,
    ...keyPairOf(certificate),
    handshakeTimeout: limits.headersMilliseconds,
    headersTimeout: limits.headersMilliseconds,
    requestTimeout: limits.requestMilliseconds ?? maxRequestMilliseconds(limits),
    keepAliveTimeout: limits.idleMilliseconds,
    // Node checks for overdue requests at this interval. With its default of 30 s the limits above would mean little.
    connectionsCheckingInterval: 1_000,
  };
}

function keyPairOf({ certificate, privateKey }: ServingCertificate): { cert: string; key: string } {
  return { cert: certificate, key: privateKey.reveal() };
}

/**
 * Closes the listening socket first and idle connections after a grace. `Server.close` of `node:http` drops idle
 * connections at once, also those on which a request is about to arrive. After `maxMilliseconds` all connections are closed.
 */
async function closeGracefully(server: Server, maxMilliseconds: number): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    TlsServer.prototype.close.call(server, (error) => (error === undefined ? resolve() : reject(error)));
  });
  const sweep = setInterval(() => server.closeIdleConnections(), CLOSING_GRACE_MILLISECONDS);
  const end = setTimeout(() => server.closeAllConnections(), maxMilliseconds);
  try {
    await closed;
  } finally {
    clearInterval(sweep);
    clearTimeout(end);
    // Stops the timer of `node:http` that checks connections.
    server.close();
  }
}
