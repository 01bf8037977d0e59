import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ServedWorld } from '../../gateway/served-world.ts';

const BOMB = gzipSync(Buffer.alloc(32 * 1024 * 1024));
const HEAD = 'HTTP/1.1 200 OK\r\nConnection: close\r\n';

const SERVERS: Readonly<Record<string, (socket: Socket) => void>> = {
  silent: () => undefined,
  noise: (socket) => void socket.write(randomBytes(4_096)),
  reset: (socket) => void socket.write(`${HEAD}Content-Length: 900\r\n\r\nhalf`, () => socket.destroy()),
  bomb: (socket) => {
    socket.write(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${BOMB.length}\r\n\r\n`);
    socket.end(BOMB);
  },
  headers: (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const line = `X-A: ${'a'.repeat(1_000)}\r\n`;
    const timer = setInterval(() => socket.write(line.repeat(20)), 5);
    socket.once('close', () => clearInterval(timer));
  },
  short: (socket) => void socket.end(`${HEAD}Content-Length: 900\r\n\r\nshort`),
  loop: (socket) =>
    void socket.end(
      'HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    ),
};

/** Serves `NAME.example.com` for each way of a server to go wrong, and a silent `allowed.example.com`. */
export async function serveBadServers(world: ServedWorld): Promise<void> {
  const all = Object.entries({ ...SERVERS, allowed: SERVERS['silent']! });
  for (const [index, [name, behave]] of all.entries()) {
    await world.serve(`${name}.example.com`, `93.184.216.${index + 1}`, (socket) => {
      socket.once('data', () => behave(socket));
      // The servers of the world keep their half of a connection; these count what the gateway leaves open.
      socket.once('end', () => socket.destroy());
    });
  }
}
