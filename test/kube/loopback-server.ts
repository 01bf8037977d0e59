import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A server on loopback, for what an API server cannot be made to answer on demand. */
export interface LoopbackServer {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

/** Starts it, over plain HTTP without `tls`; `answer` gets each request with its number from 0. */
export async function startLoopbackServer(
  answer: (response: ServerResponse, number: number, request: IncomingMessage) => void,
  tls?: { readonly cert: string; readonly key: string },
): Promise<LoopbackServer> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(request);
    answer(response, requests.length - 1, request);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
