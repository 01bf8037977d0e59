import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { systemNetwork } from '../../src/gate/network.ts';

test('a process that slept through the timeout sees the connection that was made', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const attempt = systemNetwork.tryTcp('127.0.0.1', port, 50);
  // As a process without CPU time: the kernel completes the connection meanwhile.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  expect(await attempt).toEqual({ state: 'Open' });
  server.close();
});
