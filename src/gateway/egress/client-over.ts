import type { TLSSocket } from 'node:tls';
import { Client } from 'undici';

/** A client that speaks HTTP over one connection, which was decided about. It never makes another. */
export function clientOver(
  secured: TLSSocket,
  origin: string,
  options: Omit<Client.Options, 'connect'>,
): Client {
  const sockets = [secured];
  return new Client(origin, {
    ...options,
    connect: (_options, callback) => {
      const next = sockets.pop();
      // Not at once: the client does not look for work again while it is asked for a connection.
      queueMicrotask(() => {
        if (next === undefined) callback(new Error('the connection was lost'), null);
        else callback(null, next);
      });
    },
  });
}
