import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, createServer } from 'node:tls';
import { describe, expect, test, vi } from 'vitest';
import { buildHello, recordsOf, SERVER_NAME, serverNames } from './build-hello.ts';
import { certificateFor } from './local-network.ts';
import { HELLO, HOST, openTunnel, readAll } from './open-tunnel.ts';

/** Answers everything with itself, the end included. */
const echo = (socket: Socket): void => void socket.pipe(socket);

/** Sends so many bytes when the hello is there, then ends. */
const send = (bytes: number) => (socket: Socket) => {
  socket.once('data', () => socket.end(Buffer.alloc(bytes)));
  socket.on('data', () => undefined);
};

describe('a tunnel', () => {
  test('carries TLS both ways and counts every byte', async () => {
    const { key, cert, trusted } = await certificateFor(HOST);
    const server = createServer({ key, cert }, (socket) => socket.end('hello agent'));
    const { client, outcome, inside } = await openTunnel({
      serve: (socket) => server.emit('connection', socket),
    });
    const secured = connect({ socket: client, servername: HOST, secureContext: trusted });
    const text = await readAll(secured);
    expect(text.toString()).toBe('hello agent');
    secured.end();
    const { upstream } = await inside;
    expect(await outcome).toMatchObject({
      reason: 'Ended',
      refusal: null,
      bytesUp: upstream.bytesWritten,
      bytesDown: upstream.bytesRead,
    });
  });

  test('carries what came together with the request', async () => {
    const { client, outcome } = await openTunnel({
      serve: echo,
      head: Buffer.concat([HELLO, Buffer.from('early')]),
    });
    client.end();
    expect(await readAll(client)).toEqual(Buffer.concat([HELLO, Buffer.from('early')]));
    expect(await outcome).toMatchObject({
      reason: 'Ended',
      bytesUp: HELLO.length + 5,
      bytesDown: HELLO.length + 5,
    });
  });

  test('goes on in one direction when the other has ended', async () => {
    const serve = (socket: Socket): void => {
      socket.on('data', () => undefined);
      socket.on('end', () => setTimeout(() => socket.end('after the end'), 50));
    };
    const { client, outcome } = await openTunnel({ serve });
    client.end(HELLO);
    expect((await readAll(client)).toString()).toBe('after the end');
    expect(await outcome).toMatchObject({ reason: 'Ended', bytesUp: HELLO.length, bytesDown: 13 });
  });

  test('goes on upwards when the destination has ended', async () => {
    const received = Promise.withResolvers<Buffer>();
    const serve = (socket: Socket): void => {
      socket.end('bye');
      void readAll(socket).then(received.resolve);
    };
    const { client, outcome } = await openTunnel({ serve });
    client.write(HELLO);
    expect((await readAll(client)).toString()).toBe('bye');
    client.end('one more');
    expect((await received.promise).length).toBe(HELLO.length + 8);
    expect((await outcome).reason).toBe('Ended');
  });

  test.each([
    ['client', 'ClientReset'],
    ['upstream', 'DestinationReset'],
  ] as const)('whose %s resets ends on both sides', async (side, reason) => {
    const destination = Promise.withResolvers<Socket>();
    const { client, outcome, inside } = await openTunnel({ serve: destination.resolve });
    client.write(HELLO);
    const far = await destination.promise;
    await once(far, 'data');
    (side === 'client' ? client : far).resetAndDestroy();
    expect((await outcome).reason).toBe(reason);
    const sockets = await inside;
    expect([sockets.client.destroyed, sockets.upstream.destroyed]).toEqual([true, true]);
  });
});

describe('a cap', () => {
  test('lets exactly so many bytes down', async () => {
    const { client, outcome } = await openTunnel({
      serve: send(200_000),
      destination: { maxDownloadBytes: 200_000 },
    });
    client.write(HELLO);
    client.once('end', () => client.end());
    expect(await readAll(client)).toHaveLength(200_000);
    expect(await outcome).toMatchObject({ reason: 'Ended', bytesDown: 200_000 });
  });

  test('cuts one byte over it, and lets none beyond it down', async () => {
    const { client, outcome } = await openTunnel({
      serve: send(200_001),
      destination: { maxDownloadBytes: 200_000 },
    });
    client.write(HELLO);
    const errored = once(client, 'error').catch(() => undefined);
    expect((await readAll(client)).length).toBeLessThanOrEqual(200_000);
    expect(await outcome).toMatchObject({ reason: 'DownloadCap', bytesDown: 200_000 });
    await errored;
  });

  test.each([
    ['exactly so many bytes up', 0, 'Ended'],
    ['none beyond it up', 1, 'UploadCap'],
  ])('lets %s', async (_name, over, reason) => {
    const received = Promise.withResolvers<Buffer>();
    const serve = (socket: Socket): void => {
      socket.on('error', () => undefined);
      socket.once('end', () => socket.end());
      void readAll(socket).then(received.resolve);
    };
    const { client, outcome } = await openTunnel({
      serve,
      destination: { maxUploadBytes: HELLO.length + 100_000 },
    });
    client.write(HELLO);
    client.end(Buffer.alloc(100_000 + over));
    client.resume();
    expect(await outcome).toMatchObject({ reason, bytesUp: HELLO.length + 100_000 });
    const { length } = await received.promise;
    if (over === 0) expect(length).toBe(HELLO.length + 100_000);
    else expect(length).toBeLessThanOrEqual(HELLO.length + 100_000);
  });

  test('that the ClientHello alone passes cuts at once', async () => {
    const { client, outcome } = await openTunnel({ serve: echo, destination: { maxUploadBytes: 10 } });
    client.write(HELLO);
    expect(await outcome).toMatchObject({ reason: 'UploadCap', bytesUp: 10 });
  });
});

describe('time', () => {
  test.each([
    ['Idle', { idleSeconds: 5 }, 6_000],
    ['Expired', { maxSeconds: 20 }, 21_000],
  ] as const)('ends a tunnel as %s', async (reason, destination, passed) => {
    let now = 0;
    const { client, outcome, inside } = await openTunnel({ serve: echo, destination, now: () => now });
    client.write(HELLO);
    await once(client, 'data');
    // What has moved is seen with the next tick, from which on the tunnel is idle.
    await delay(50);
    now = passed;
    expect((await outcome).reason).toBe(reason);
    const sockets = await inside;
    expect([sockets.client.destroyed, sockets.upstream.destroyed]).toEqual([true, true]);
  });

  test('does not end a tunnel as idle in which bytes move', async () => {
    let now = 0;
    const { client, outcome } = await openTunnel({
      serve: echo,
      destination: { idleSeconds: 5 },
      now: () => now,
    });
    client.write(HELLO);
    await once(client, 'data');
    for (let round = 0; round < 4; round += 1) {
      now += 4_000;
      client.write('ping');
      await once(client, 'data');
      await delay(50);
    }
    client.end();
    expect(await outcome).toMatchObject({ reason: 'Ended', bytesUp: HELLO.length + 16 });
  });

  test('refuses a ClientHello that does not come', async () => {
    let now = 0;
    const { client, outcome } = await openTunnel({ serve: echo, now: () => now });
    client.write(HELLO.subarray(0, 20));
    now = 10_000;
    expect(await outcome).toMatchObject({
      reason: 'HelloRefused',
      refusal: { reason: 'HelloRefused', message: expect.stringContaining('it did not come in time') },
      bytesUp: 0,
    });
  });
});

describe('a slow reader', () => {
  test.each(['down', 'up'] as const)('bounds what is held on the way %s', async (way) => {
    const total = 32 * 1_024 * 1_024;
    const far = Promise.withResolvers<Socket>();
    const limits = { maxUploadBytes: 2 * total, maxDownloadBytes: 2 * total };
    const { client, outcome, inside } = await openTunnel({ serve: far.resolve, destination: limits });
    client.write(HELLO);
    const destination = await far.promise;
    await once(destination, 'readable');
    destination.read();
    const [writer, reader] = way === 'down' ? [destination, client] : [client, destination];
    writer.end(Buffer.alloc(total));
    const sockets = await inside;
    const [source, sink] =
      way === 'down' ? [sockets.upstream, sockets.client] : [sockets.client, sockets.upstream];
    await vi.waitFor(() => expect(source.isPaused()).toBe(true));
    expect(sink.writableLength).toBeLessThan(256 * 1_024);
    expect(source.readableLength).toBeLessThan(256 * 1_024);
    const passed = source.bytesRead;
    await delay(200);
    expect(source.bytesRead - passed, 'read while nobody takes it').toBeLessThan(256 * 1_024);
    reader.once('end', () => reader.end());
    expect((await readAll(reader)).length).toBe(total);
    writer.resume();
    expect((await outcome).reason).toBe('Ended');
  });
});

test('a tunnel is cut on demand, before and after its hello', async () => {
  for (const first of [Buffer.alloc(0), HELLO]) {
    const { client, outcome, inside, cut } = await openTunnel({ serve: echo });
    client.write(first);
    const sockets = await inside;
    if (first.length > 0) await once(client, 'data');
    cut();
    expect((await outcome).reason).toBe('Cut');
    expect([sockets.client.destroyed, sockets.upstream.destroyed]).toEqual([true, true]);
    await vi.waitFor(() => expect(client.closed).toBe(true));
  }
});

describe('a tunnel is refused, and nothing reaches the destination,', () => {
  const TOLERATED = { encryptedClientHello: 'Tolerate' } as const;
  const encrypted = (name: string): Buffer =>
    recordsOf(buildHello([SERVER_NAME, serverNames(name)], [0xfe0d, Buffer.alloc(8)]));
  test.each<[string, Buffer, object, string, string]>([
    [
      'for another name',
      recordsOf(buildHello([SERVER_NAME, serverNames('evil.example')])),
      {},
      'HelloRefused',
      'names "evil.example"',
    ],
    [
      'for a name below it',
      recordsOf(buildHello([SERVER_NAME, serverNames(`x.${HOST}`)])),
      {},
      'HelloRefused',
      `names "x.${HOST}"`,
    ],
    ['for no name', recordsOf(buildHello()), {}, 'HelloRefused', 'names no server'],
    [
      'for plain HTTP',
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      {},
      'HelloRefused',
      'it is not a TLS handshake',
    ],
    ['for an encrypted hello', encrypted(HOST), {}, 'EncryptedClientHello', 'encrypted in part'],
    [
      'for another name though encryption is tolerated',
      encrypted('public.example'),
      TOLERATED,
      'HelloRefused',
      'names "public.example"',
    ],
  ])('%s', async (_name, hello, destination, reason, message) => {
    const seen = vi.fn();
    const serve = (socket: Socket): void => void socket.on('data', seen);
    const { client, outcome } = await openTunnel({ serve, destination });
    client.write(hello);
    expect(await outcome).toMatchObject({
      reason: 'HelloRefused',
      refusal: { reason, message: expect.stringContaining(message) },
      bytesUp: 0,
      bytesDown: 0,
    });
    expect(await readAll(client)).toEqual(Buffer.from([21, 3, 1, 0, 2, 2, 49]));
    expect(seen).not.toHaveBeenCalled();
  });

  test('for an end in the middle of the hello', async () => {
    const { client, outcome } = await openTunnel({ serve: echo });
    client.end(HELLO.subarray(0, 30));
    expect(await outcome).toMatchObject({ reason: 'HelloRefused' });
  });
});

test('an encrypted hello passes where it is tolerated', async () => {
  const hello = recordsOf(buildHello([SERVER_NAME, serverNames(HOST)], [0xfe0d, Buffer.alloc(8)]));
  const { client, outcome } = await openTunnel({
    serve: echo,
    destination: { encryptedClientHello: 'Tolerate' },
  });
  client.end(hello);
  expect(await readAll(client)).toEqual(hello);
  expect((await outcome).reason).toBe('Ended');
});
