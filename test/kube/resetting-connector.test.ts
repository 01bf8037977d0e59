import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { Agent } from 'undici';
import { createResettingConnector } from '../../src/kube/resetting-connector.ts';
import { selfSign } from './self-sign.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A TLS server that reads requests and answers none, and sees how connections end below TLS. */
async function startServer() {
  const { cert, key } = await selfSign();
  const requests: string[] = [];
  const endings: string[] = [];
  const server = createTlsServer({ cert, key }, (socket) => {
    socket.on('data', (chunk) => requests.push(chunk.toString()));
    socket.on('end', () => endings.push('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => endings.push(error.code ?? ''));
    ends.push(() => socket.destroy());
  });
  server.on('tlsClientError', () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => server.close());
  return { origin: `https://127.0.0.1:${portOf(server)}`, cert, requests, endings };
}

/** A TCP server that accepts connections and says nothing. */
async function startSilentServer(): Promise<Server> {
  const server = createServer((socket) => ends.push(() => socket.destroy()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => server.close());
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function agent(connect: ConstructorParameters<typeof Agent>[0]): Agent {
  const created = new Agent(connect);
  ends.push(() => created.destroy());
  return created;
}

test('a request that is given up resets its connection, so that the kernel sends nothing more of it', async () => {
  const { origin, cert, requests, endings } = await startServer();
  const connect = createResettingConnector({ ca: cert, allowH2: false });
  const aborted = new AbortController();
  const call = { origin, path: '/', method: 'POST', body: 'a', signal: aborted.signal } as const;
  const request = agent({ connect }).request(call);
  await expect.poll(() => requests.join('')).toContain('POST');
  aborted.abort(new Error('given up'));
  await expect(request).rejects.toThrow('given up');
  await expect.poll(() => endings).toEqual(['ECONNRESET']);
});

test('a connection that is refused or not trusted fails with the code for it', async () => {
  const { origin } = await startServer();
  const client = agent({ connect: createResettingConnector({ allowH2: false }) });
  const server = await startSilentServer();
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  const nowhere = client.request({ origin: `https://127.0.0.1:${port}`, path: '/', method: 'GET' });
  await expect(nowhere).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const untrusted = client.request({ origin, path: '/', method: 'GET' });
  await expect(untrusted).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
});

test('a handshake that does not begin ends when its time is over', async () => {
  const origin = `https://127.0.0.1:${portOf(await startSilentServer())}`;
  const client = agent({ connect: createResettingConnector({ allowH2: false, timeout: 200 }) });
  const request = client.request({ origin, path: '/', method: 'GET' });
  await expect(request).rejects.toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' });
});
