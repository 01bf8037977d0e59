import type { Server, Socket } from 'node:net';

/**
 * Resets a connection that may not stay before anything else is done for it: a handshake costs more than all else.
 */
export function admitFirst(server: Server, admit: (socket: Socket) => boolean): void {
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    if (admit(socket)) for (const listener of listeners) Reflect.apply(listener, server, [socket]);
    else socket.resetAndDestroy();
  });
}
