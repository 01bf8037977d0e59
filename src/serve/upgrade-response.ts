import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** The client reads the answer, and then the connection is ended whatever it does. */
const LINGER_MILLISECONDS = 1_000;

/** Ends a connection after what was written to it. What the other side still sends is dropped: unread, it would reset that away. */
export function endSoon(socket: Duplex): void {
  if (socket.destroyed) return;
  socket.resume();
  socket.end();
  const end = setTimeout(() => socket.destroy(), LINGER_MILLISECONDS);
  socket.once('close', () => clearTimeout(end));
}

/**
 * The answer to a request with `Upgrade`. It is an answer over HTTP, which ends the connection, unless the connection is taken to
 * speak something else.
 */
export class UpgradeResponse extends ServerResponse {
  readonly #connection: Socket;
  readonly #gone: () => void;

  constructor(request: IncomingMessage, connection: Socket) {
    super(request);
    this.#connection = connection;
    // A client waits for the answer (RFC 6455, section 4.1). One that does not, or that leaves, has no more to say.
    this.#gone = () => connection.destroy();
    this.shouldKeepAlive = false;
    this.assignSocket(connection);
    connection.setTimeout(0);
    connection.on('error', () => undefined);
    connection.on('data', this.#gone).on('end', this.#gone);
    this.once('finish', () => {
      connection.off('data', this.#gone);
      endSoon(connection);
    });
  }

  /** Takes the connection: this is no answer any more, and whoever takes it ends it. */
  take(): Socket {
    const connection = this.#connection;
    connection.off('data', this.#gone).off('end', this.#gone);
    this.detachSocket(connection);
    this.destroyed = true;
    return connection;
  }
}
