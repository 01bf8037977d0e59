import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, createServer } from 'node:tls';
import { describe, expect, test, vi } from 'vitest';
import { certificateFor } from './local-network.ts';
import { echo, HELLO, HOST, openTunnel, readAll } from './open-tunnel.ts';

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
