import { connect as connectTo, type Socket } from 'node:net';
import { buildConnector } from 'undici';

/**
 * Connects over TLS so that a connection that is given up is reset. A socket that is closed otherwise goes on sending what
 * its kernel holds, for minutes on a network that has failed: a write that was abandoned could arrive after all.
 */
export function createResettingConnector(options: buildConnector.BuildOptions): buildConnector.connector {
  const connect = buildConnector(options);
  return (target, callback) => {
    if (target.protocol !== 'https:') return connect(target, callback);
    const { hostname, port } = target;
    const socket = connectTo({ host: hostname, port: port === '' ? 443 : Number(port) });
    resetOnDestroy(socket);
    return connect({ ...target, httpSocket: socket }, callback);
  };
}

/** TLS has no reset of its own in Node: it destroys the socket below. */
function resetOnDestroy(socket: Socket): void {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error) => {
    socket.destroy = destroy;
    // Before it is connected nothing has been sent, and a reset would wait until it is.
    return error !== undefined || socket.connecting || socket.destroyed
      ? destroy(error)
      : socket.resetAndDestroy();
  };
}
