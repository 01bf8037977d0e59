import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { keepSockets } from './keep-sockets.ts';
import { longestRequest, type WebhookLimits } from '../serve/limits.ts';

/** The HTTP/2 connections of a server that speaks HTTP/1.1 itself. */
export interface Http2Sessions {
  /** Takes over a connection on which the client chose HTTP/2. */
  accept(socket: TLSSocket): void;
  /** Tells clients to take another connection for their next request; those they have sent are answered. */
  announceEnd(): void;
  /** Ends each connection once what it has under way is answered. */
  close(): void;
  /** Breaks off what is left. */
  destroy(): void;
}

type Limits = Pick<
  WebhookLimits,
  'reviewsInFlight' | 'idleMilliseconds' | 'headersMilliseconds' | 'deadlineMilliseconds'
>;
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Of a stream, so that a review of ordinary size is sent without waiting; of a connection, for all of its streams. */
const STREAM_WINDOW = 1024 * 1024;
const CONNECTION_WINDOW = 4 * STREAM_WINDOW;
const LONGEST_HEADERS = 16 * 1024;
/** In a GOAWAY: every request is still taken (RFC 9113 §6.8, a graceful shutdown in two steps). */
const EVERY_STREAM = 2 ** 31 - 1;

/**
 * The API server speaks HTTP/2 to a webhook on its own host, and to no other (`isLocalHost` in webhook/client.go, #75791).
 * It keeps 25 idle connections of HTTP/1.1; a burst beyond them opens a new one for every other pod, which costs both
 * sides more than the review. On one connection of HTTP/2 nothing is opened anew. Requests come in the compatible API.
 */
export function createHttp2Sessions(limits: Limits, handle: Handler): Http2Sessions {
  const longest = longestRequest(limits);
  const sockets = keepSockets(longest);
  let isEnding = false;
  let opened: ServerHttp2Session | null = null;
  const server = createServer({
    settings: {
      maxConcurrentStreams: limits.reviewsInFlight,
      initialWindowSize: STREAM_WINDOW,
      maxHeaderListSize: LONGEST_HEADERS,
    },
  });
  server.on('session', (session) => {
    opened = session;
    session.setLocalWindowSize(CONNECTION_WINDOW);
    session.setTimeout(limits.idleMilliseconds, () => session.close());
    // Not before it has a request: a client may give up on a connection that ends before it was of use.
    session.once('stream', () => {
      if (isEnding) announce(session);
    });
  });
  server.on('request', (request, response) => {
    resetOverdue(response.stream, longest);
    handle(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  return {
    accept(socket) {
      opened = null;
      server.emit('connection', socket);
      sockets.add(socket, opened);
    },
    announceEnd() {
      isEnding = true;
      for (const session of sockets.sessions()) announce(session);
    },
    close() {
      for (const session of sockets.sessions()) session.close();
    },
    destroy: sockets.destroy,
  };
}

function announce(session: ServerHttp2Session): void {
  if (!session.closed && !session.destroyed) session.goaway(constants.NGHTTP2_NO_ERROR, EVERY_STREAM);
}

/** A stream lives no longer than a request of HTTP/1.1 may: its client may send without end, or not take the answer. */
function resetOverdue(stream: ServerHttp2Stream, longest: number): void {
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), longest);
  stream.once('close', () => clearTimeout(timer));
}
