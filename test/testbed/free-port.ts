import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give to connections, of which one could take the port before its server does. */
const FIRST = 10_000;
const LAST = 29_999;
const MAX_ATTEMPTS = 100;

/** Finds a TCP port that is free on the address at this moment. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST, LAST + 1);
    if (await isFree(port, address)) return port;
  }
  throw new Error(`no port from ${FIRST} to ${LAST} could be bound on ${address}`);
}

async function isFree(port: number, address: string): Promise<boolean> {
  const server = createServer();
  const isBound = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, address, () => resolve(true));
  });
  if (isBound) await new Promise<void>((resolve) => void server.close(() => resolve()));
  return isBound;
}
