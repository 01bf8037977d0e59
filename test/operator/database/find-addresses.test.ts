import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import {
  type AddressContext,
  connectBySystem,
  dialAddresses,
  findAddresses,
} from '../../../src/operator/database/find-addresses.ts';

const context = (resolve: () => readonly string[]): AddressContext =>
  ({
    hostAddresses: { resolve: async () => resolve() },
    caches: {
      clusterServices: { byIndex: () => [{ metadata: {}, spec: { clusterIPs: ['10.96.0.1'] } }] },
      endpointSlices: { byIndex: () => [{ metadata: {}, endpoints: [{ addresses: ['172.18.0.2'] }] }] },
    },
  }) as unknown as AddressContext;

test('a host is at all its addresses, public or private', async () => {
  const found = await findAddresses(
    'database.example.com',
    context(() => ['fd12::7', '10.20.30.40']),
  );
  expect(found).toEqual({ addresses: ['10.20.30.40', 'fd12::7'] });
});

test.for([
  ['this host', '127.0.0.1'],
  ['this host by IPv6', '::1'],
  ['no address', '0.0.0.0'],
  ['the metadata of a cloud', '169.254.169.254'],
  ['the metadata of AWS by IPv6', 'fd00:ec2::254'],
  ['the wire server of Azure', '168.63.129.16'],
  ['a link', 'fe80::1'],
  ['IPv4 in IPv6', '::ffff:127.0.0.1'],
  ['the Service of the API server', '10.96.0.1'],
  ['the API server', '172.18.0.2'],
] as const)('a host of which one address is %s is refused', async ([, address]) => {
  const found = await findAddresses(
    'database.example.com',
    context(() => ['10.20.30.40', address]),
  );
  expect(found).toMatchObject({ reason: 'PlanRefused', message: expect.stringContaining(address) as string });
});

test('a host that cannot be resolved is unreachable', async () => {
  const failing = context(() => {
    throw new Error('no such name');
  });
  const found = await findAddresses('database.example.com', failing);
  expect(found).toMatchObject({
    reason: 'Unreachable',
    message: expect.stringContaining('no such name') as string,
  });
});

test('the next address is tried where one does not answer', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const { signal } = new AbortController();
  const socket = await dialAddresses(['::1', '127.0.0.1'], port, connectBySystem)(signal);
  expect(socket.remoteAddress).toBe('127.0.0.1');
  socket.destroy();
  server.close();
  await expect(dialAddresses(['127.0.0.1'], 1, connectBySystem)(signal)).rejects.toThrow('ECONNREFUSED');
  await expect(
    dialAddresses(['127.0.0.1'], 1, connectBySystem)(AbortSignal.abort(new Error('ended'))),
  ).rejects.toThrow('ended');
});
