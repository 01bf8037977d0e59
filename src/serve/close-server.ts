import type { Server } from 'node:https';
import { Server as TlsServer } from 'node:tls';
import type { Http2Sessions } from '../webhook/http2-sessions.ts';

/** A client whose handshake is done sends its request well within this. Milliseconds. */
const CLOSING_GRACE = 500;

/**
 * Closes in the order that loses nothing; `longest` is when whatever is left is broken off, in milliseconds. http's own
 * close drops idle connections at once, also one on which a request is on its way; so only the listening socket is closed
 * first, and idle connections after a grace.
 */
export async function closeServer(server: Server, sessions: Http2Sessions, longest: number): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    TlsServer.prototype.close.call(server, (error) => (error === undefined ? resolve() : reject(error)));
  });
  const sweep = setInterval(() => {
    server.closeIdleConnections();
    sessions.close();
  }, CLOSING_GRACE);
  const end = setTimeout(() => {
    server.closeAllConnections();
    sessions.destroy();
  }, longest);
  try {
    await closed;
  } finally {
    clearInterval(sweep);
    clearTimeout(end);
    // Ends http's own timer, which the call above left alone.
    server.close();
  }
}
