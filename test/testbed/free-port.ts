import { createServer } from 'node:net';

/** Finds a TCP port that is free on the address at this moment, by binding port 0. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  const bound = server.address();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  if (bound === null || typeof bound === 'string') throw new Error(`no port could be bound on ${address}`);
  return bound.port;
}
