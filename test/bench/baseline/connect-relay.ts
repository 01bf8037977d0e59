// The least that a CONNECT proxy on node:net can do: it reads the head, connects, answers and pipes both ways, half-closed
// ends included. It asks for no proof, resolves nothing, does not look into the tunnel, and has no caps, records or metrics.
import { connect, createServer, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { kindOfHost, type ServerPorts } from '../gateway/destinations.ts';

const END_OF_HEAD = '\r\n\r\n';

const { values } = parseArgs({ options: { port: { type: 'string' }, servers: { type: 'string' } } });
const ports = JSON.parse(values.servers ?? '') as ServerPorts;

createServer({ allowHalfOpen: true, noDelay: true }, readHead).listen(
  Number(values.port),
  '127.0.0.1',
  1_024,
);

function readHead(client: Socket): void {
  let read: Buffer = Buffer.alloc(0);
  client.on('error', () => client.destroy());
  client.on('data', function take(chunk: Buffer) {
    read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
    const end = read.indexOf(END_OF_HEAD);
    if (end < 0) return;
    client.off('data', take);
    client.pause();
    relay(client, read.toString('latin1', 0, end), read.subarray(end + END_OF_HEAD.length));
  });
}

function relay(client: Socket, head: string, rest: Buffer): void {
  const host = /^CONNECT ([^ :]+):443 HTTP\/1\.1\r\n/.exec(head)?.[1] ?? '';
  const kind = kindOfHost(host);
  if (kind === null) {
    client.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    return;
  }
  const upstream = connect({ host: '127.0.0.1', port: ports[kind], allowHalfOpen: true, noDelay: true });
  upstream.on('error', () => client.destroy());
  client.on('error', () => upstream.destroy());
  upstream.once('connect', () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    if (rest.length > 0) upstream.write(rest);
    client.pipe(upstream);
    upstream.pipe(client);
  });
}
