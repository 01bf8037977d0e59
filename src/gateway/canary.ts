import { createServer, type Server, type Socket } from 'node:net';
import { GATE_PROTOCOL } from '../lib/gate-protocol.ts';

export interface CanaryOptions {
  readonly maxConnections: number;
  /** Whether a connection may stay; it also ends one that lasts too long. */
  readonly admit: (socket: Socket) => boolean;
}

/** Creates the canary without starting it: it greets each connection and closes it, and reads nothing. */
export function createCanary({ maxConnections, admit }: CanaryOptions): Server {
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined);
    if (admit(socket)) socket.end(GATE_PROTOCOL.canaryGreeting, () => socket.destroy());
    else socket.resetAndDestroy();
  });
  server.maxConnections = maxConnections;
  return server;
}
