import { connect as connectTcp, type Socket } from 'node:net';
import { request } from 'node:https';
import { connect } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  issueServingCertificate,
} from '../../src/certificates/issue.ts';
import { createLog } from '../../src/lib/log.ts';
import {
  createHttpsServer,
  type HttpsServer,
  type ServingCertificate,
} from '../../src/serve/https-server.ts';
import { type ServerLimits } from '../../src/serve/limits.ts';

const LIMITS: ServerLimits = {
  maxBodyBytes: 1_000,
  maxRequestsInFlight: 10,
  maxBufferedBytes: 1_000,
  deadlineMilliseconds: 60_000,
  headersMilliseconds: 60_000,
  idleMilliseconds: 60_000,
  maxConnections: 10,
};
const ADDRESS = '127.0.0.1';
const log = createLog({ program: 'webhook', level: 'silent' });

let authority: CertificateAuthority;
let certificate: ServingCertificate;
let server: HttpsServer | undefined;
const sockets: Socket[] = [];

beforeAll(async () => {
  authority = await createCertificateAuthority(Date.now());
  certificate = await issueServingCertificate(authority, [ADDRESS], Date.now());
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close();
});

/** Starts a server that answers at once, without reading a body. Resolves to its port. */
function start(limits: Partial<ServerLimits>): Promise<number> {
  server = createHttpsServer({ certificate, limits: { ...LIMITS, ...limits }, log }, (_request, response) => {
    response.writeHead(200, { 'Content-Length': 2 }).end('ok');
  });
  return server.listen(0, ADDRESS);
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: ADDRESS, ca: authority.certificate }, () => resolve(socket));
    sockets.push(socket);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
  });
}

/** Resolves to the milliseconds until the other side ends a connection. */
function untilClosed(socket: Socket): Promise<number> {
  const started = performance.now();
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(performance.now() - started));
    socket.resume();
  });
}

describe('a server', () => {
  test('drops a connection beyond its limit, and takes one when another has ended', async () => {
    const port = await start({ maxConnections: 2 });
    const [first] = [await open(port), await open(port)];
    await expect(open(port)).rejects.toThrow();
    first.destroy();
    await expect
      .poll(() =>
        open(port).then(
          () => 'open',
          () => 'dropped',
        ),
      )
      .toBe('open');
  });

  test('ends a connection on which no handshake comes', async () => {
    const port = await start({ headersMilliseconds: 300 });
    const socket = connectTcp({ port, host: ADDRESS });
    sockets.push(socket);
    expect(await untilClosed(socket)).toBeLessThan(10_000);
  }, 15_000);

  test('ends a request whose body goes on for longer than a request may take, also when it was answered', async () => {
    const port = await start({ headersMilliseconds: 200, deadlineMilliseconds: 300 });
    const socket = await open(port);
    const closed = untilClosed(socket);
    socket.write('POST / HTTP/1.1\r\nHost: webhook\r\nContent-Length: 1000000\r\n\r\n');
    const dribble = setInterval(() => socket.write(' '), 100);
    const milliseconds = await closed;
    clearInterval(dribble);
    expect(milliseconds).toBeGreaterThan(400);
    expect(milliseconds).toBeLessThan(10_000);
  }, 15_000);

  test('ends a connection that is idle for longer than the limit', async () => {
    const port = await start({ idleMilliseconds: 200 });
    const socket = await open(port);
    const closed = untilClosed(socket);
    socket.write('GET / HTTP/1.1\r\nHost: webhook\r\n\r\n');
    const milliseconds = await closed;
    expect(milliseconds).toBeGreaterThan(150);
    expect(milliseconds).toBeLessThan(10_000);
  }, 15_000);

  test('keeps a connection that is idle for less', async () => {
    const port = await start({});
    const socket = await open(port);
    const closed = untilClosed(socket).then(() => 'closed');
    socket.write('GET / HTTP/1.1\r\nHost: webhook\r\n\r\n');
    const waited = new Promise((resolve) => setTimeout(() => resolve('open'), 1_500));
    expect(await Promise.race([closed, waited])).toBe('open');
  });

  test('refuses connections as soon as it closes, and waits for the request in flight', async () => {
    const answer = Promise.withResolvers<void>();
    server = createHttpsServer({ certificate, limits: LIMITS, log }, (_request, response) => {
      void answer.promise.then(() => response.end('late'));
    });
    const port = await server.listen(0, ADDRESS);
    const options = { port, host: ADDRESS, ca: authority.certificate, agent: false } as const;
    const body = new Promise<string>((resolve, reject) => {
      const sent = request(options, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      });
      sent.on('error', reject);
      sent.end();
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const closed = server.close().then(() => 'closed');
    await expect(open(port)).rejects.toThrow();
    const waited = new Promise((resolve) => setTimeout(() => resolve('waiting'), 700));
    expect(await Promise.race([closed, waited])).toBe('waiting');
    answer.resolve();
    expect(await body).toBe('late');
    expect(await closed).toBe('closed');
    server = undefined;
  });

  test('does not wait for a request that takes longer than a request may', async () => {
    const limits = { ...LIMITS, headersMilliseconds: 200, deadlineMilliseconds: 300 };
    server = createHttpsServer({ certificate, limits, log }, () => undefined);
    const port = await server.listen(0, ADDRESS);
    const socket = await open(port);
    const closed = untilClosed(socket);
    socket.write('GET / HTTP/1.1\r\nHost: webhook\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.close();
    server = undefined;
    await closed;
  }, 15_000);

  test('resets a connection that is not admitted before any handshake, and counts those that were', async () => {
    let admitted = 0;
    const admit = (socket: Socket): boolean => {
      if (admitted === 1) return false;
      admitted += 1;
      socket.once('close', () => (admitted -= 1));
      return true;
    };
    server = createHttpsServer({ certificate, limits: LIMITS, log, admit }, (_request, response) => {
      response.end('ok');
    });
    const port = await server.listen(0, ADDRESS);
    const first = await open(port);
    await expect(open(port)).rejects.toThrow();
    first.destroy();
    await expect.poll(() => admitted).toBe(0);
    await open(port);
  });

  test('answers so many requests on a connection, also where more are sent at once', async () => {
    const port = await start({ maxRequestsPerConnection: 1 });
    const socket = await open(port);
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    const closed = untilClosed(socket);
    socket.write('GET / HTTP/1.1\r\nHost: webhook\r\n\r\n'.repeat(50));
    await closed;
    expect(text.match(/^HTTP\/1.1 200 /gm)).toHaveLength(1);
  });
});
