import { createServer, type Server, type Socket } from 'node:net';
import { listenOn } from '../../../src/serve/listen.ts';
import { isPatternAt, writePattern } from './byte-pattern.ts';
import type { ServerPorts } from './destinations.ts';
import { startUpstream, type Upstream } from './upstream.ts';

/** The servers that tunnels lead to, and an upstream. Those of tunnels speak no TLS: the bench sends a hello as it stands. */
export interface Servers {
  readonly ports: ServerPorts;
  readonly upstream: Pick<Upstream, 'authority' | 'openSockets'>;
  /** How many connections those of tunnels have taken. */
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

/** What the sink sends when the hello has come. */
export const READY = 'ready';
/** What the sink sends after the last byte, if every byte was right. */
export const ALL_TAKEN = 'all taken';

const ADDRESS = '127.0.0.1';
/** Of a TLS record: its type, two bytes of version, and the length of what follows. */
const RECORD_HEADER_BYTES = 5;
const RECORD_LENGTH_OFFSET = 3;

/** Starts the servers in this process. The source sends `bulkBytes`, and the sink wants as many. */
export async function startServers(bulkBytes: number): Promise<Servers> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const open = async (serve: (socket: Socket) => void): Promise<{ server: Server; port: number }> => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => sockets.delete(socket));
      serve(socket);
    });
    return { server, port: await listenOn(server, 0, ADDRESS) };
  };
  const echo = await open((socket) => socket.pipe(socket));
  const source = await open((socket) => afterHello(socket, () => writePattern(socket, bulkBytes)));
  const sink = await open((socket) => afterHello(socket, () => takeBulk(socket, bulkBytes)));
  const upstream = await startUpstream();
  return {
    ports: { echo: echo.port, source: source.port, sink: sink.port, upstream: upstream.port },
    upstream,
    connections: () => connections,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await upstream.stop();
      const servers = [echo, source, sink].map(({ server }) => server);
      await Promise.all(
        servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
      );
    },
  };
}

/** Calls `serve` when the hello, which may come in pieces, is there. The client sends nothing more until it is answered. */
function afterHello(socket: Socket, serve: () => void): void {
  let read: Buffer = Buffer.alloc(0);
  socket.on('data', function take(chunk: Buffer) {
    read = Buffer.concat([read, chunk]);
    if (read.length < RECORD_HEADER_BYTES) return;
    if (read.length < RECORD_HEADER_BYTES + read.readUInt16BE(RECORD_LENGTH_OFFSET)) return;
    socket.off('data', take);
    serve();
    socket.resume();
  });
}

/** Takes the bytes of the pattern up to the end of the stream, and answers whether they were all there and right. */
function takeBulk(socket: Socket, bulkBytes: number): void {
  let taken = 0;
  let isRight = true;
  socket.on('data', (chunk: Buffer) => {
    isRight &&= isPatternAt(taken, chunk);
    taken += chunk.length;
  });
  socket.once('end', () => {
    socket.end(isRight && taken === bulkBytes ? ALL_TAKEN : `${taken} bytes, all right: ${isRight}`);
  });
  socket.write(READY);
}
