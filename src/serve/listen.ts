import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';

/** Starts to listen, on all addresses where none is given. Resolves to the port, which the system chooses when `port` is 0. */
export function listenOn(server: Server, port: number, address?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: address, backlog: 1_024 }, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

/** Closes a server and its connections without waiting for requests. */
export function closeNow(server: HttpServer): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
