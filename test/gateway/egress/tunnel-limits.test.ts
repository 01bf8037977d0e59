import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { echo, HELLO, openTunnel, readAll } from './open-tunnel.ts';

/** Sends so many bytes when the hello is there, then ends. */
const send = (bytes: number) => (socket: Socket) => {
  socket.once('data', () => socket.end(Buffer.alloc(bytes)));
  socket.on('data', () => undefined);
};

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
