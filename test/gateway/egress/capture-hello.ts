import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';

/** Returns the first bytes that a client of TLS sends to a server that never answers: `start` gets its port. */
export async function captureHello(start: (port: number) => () => void): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = start((server.address() as AddressInfo).port);
  const [socket] = await once(server, 'connection');
  const chunks: Buffer[] = [];
  // A hello comes in one piece over loopback unless it is longer than its biggest segment.
  for await (const chunk of socket) {
    chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt16BE(3)) break;
  }
  stop();
  socket.destroy();
  server.close();
  return Buffer.concat(chunks);
}

/** The ClientHello of Node's TLS. */
export async function helloOfNode(options: ConnectionOptions): Promise<Buffer> {
  return captureHello((port) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
    socket.on('error', () => undefined);
    return () => socket.destroy();
  });
}
