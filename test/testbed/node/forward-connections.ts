import { once } from 'node:events';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';

/** Listens, and hands each connection on to one that `open` makes, until the server is closed. */
export async function forwardConnections(options: ListenOptions, open: () => Socket): Promise<Server> {
  const server = createServer((socket) => {
    const upstream = open();
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      from.on('error', () => to.destroy());
      from.pipe(to);
    }
  });
  server.listen(options);
  await once(server, 'listening');
  return server;
}
