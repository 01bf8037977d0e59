import type { Server } from 'node:net';

/** Listens, and resolves to the port: the system's choice where 0 was asked for. Without an address, on all of them. */
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
