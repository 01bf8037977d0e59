import { connect, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { systemNetwork } from '../../src/gate/network.ts';
import { createCanary } from '../../src/gateway/canary.ts';
import { createConnectionLimiter } from '../../src/gateway/connection-limiter.ts';
import { listenOn } from '../../src/serve/listen.ts';

const ADDRESS = '127.0.0.1';
let canary: Server | undefined;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  canary?.close();
});

function start(admit: (socket: Socket) => boolean = () => true): Promise<number> {
  canary = createCanary({ maxConnections: 10, admit });
  return listenOn(canary, 0, ADDRESS);
}

test('the start gate reaches the canary, again and again', async () => {
  const port = await start();
  for (let round = 0; round < 5; round += 1) {
    expect(await systemNetwork.reachCanary({ address: ADDRESS, port }, 5_000)).toBe(true);
  }
});

test('the canary closes a connection that sends without end and reads nothing', async () => {
  const port = await start(
    createConnectionLimiter({
      limits: {
        maxConnections: 5,
        connectionsPerSecond: 5,
        maxBurst: 5,
        maxConnectionMilliseconds: 2_000,
        maxAddresses: 5,
      },
      monotonicNow: () => performance.now(),
      onRefused: () => undefined,
    }).admit,
  );
  const socket = connect({ host: ADDRESS, port });
  sockets.push(socket);
  socket.pause().on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const flood = setInterval(() => socket.write(Buffer.alloc(65_536)), 10);
  await closed;
  clearInterval(flood);
});

test('a connection beyond the limits is reset and not greeted', async () => {
  const port = await start(() => false);
  expect(await systemNetwork.reachCanary({ address: ADDRESS, port }, 5_000)).toBe(false);
});
