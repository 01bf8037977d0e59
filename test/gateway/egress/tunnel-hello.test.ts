import type { Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { buildHello, recordsOf, SERVER_NAME, serverNames } from './build-hello.ts';
import { echo, HELLO, HOST, openTunnel, readAll } from './open-tunnel.ts';

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
  ])('%s', async (_name, ...[hello, destination, reason, message]) => {
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
