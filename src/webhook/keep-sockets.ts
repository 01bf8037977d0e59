import type { ServerHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';

/** The sockets of HTTP/2 sessions. */
export interface KeptSockets {
  /** Keeps a socket until it is closed. Its session is null where none came about. */
  add(socket: TLSSocket, session: ServerHttp2Session | null): void;
  sessions(): readonly ServerHttp2Session[];
  /** Destroys every socket. */
  readonly destroy: () => void;
}

/**
 * Node ends a session by half closing its socket, and leaves it to the client to close the other half: one that does not,
 * or is gone, would hold a connection for ever (seen with Node 24.21). So the socket of a session that is ending is
 * destroyed when it is found so twice, `longest` milliseconds apart: no request lives longer.
 */
export function keepSockets(longest: number): KeptSockets {
  const kept = new Map<TLSSocket, ServerHttp2Session | null>();
  const ending = new Set<TLSSocket>();
  let timer: NodeJS.Timeout | null = null;
  const sweep = (): void => {
    for (const [socket, session] of kept) {
      if (session !== null && !session.closed && !session.destroyed) continue;
      if (ending.has(socket)) socket.destroy();
      else ending.add(socket);
    }
    if (kept.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
  const forget = (socket: TLSSocket): void => {
    kept.delete(socket);
    ending.delete(socket);
  };
  return {
    add(socket, session) {
      if (socket.destroyed) return;
      kept.set(socket, session);
      socket.once('close', () => forget(socket));
      timer ??= setInterval(sweep, longest).unref();
    },
    sessions: () => [...kept.values()].filter((session) => session !== null),
    destroy() {
      for (const socket of kept.keys()) socket.destroy();
    },
  };
}
