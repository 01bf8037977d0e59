import { createServer } from 'node:net';
import { createServer as createTLSServer } from 'node:tls';
import { describe, expect, test, vi } from 'vitest';
import { bodyOf, expectNoSockets, FETCHED, serveFetches } from './fetch-locally.ts';
import { certificateFor, listenLocally } from './local-network.ts';

describe('a fetch', () => {
  test('sends exactly the decided request and returns the response', async () => {
    const seen = Promise.withResolvers<unknown>();
    const world = await serveFetches((request, response) => {
      seen.resolve([request.method, request.url, request.headers]);
      response.writeHead(201, { 'x-answer': ['a', 'b'], 'set-cookie': 'session=1' }).end('hello');
    });
    const result = await world.fetch(FETCHED, { request: { headers: { Accept: 'text/plain' } } });
    expect(await seen.promise).toEqual([
      'GET',
      '/data?q=1',
      {
        accept: 'text/plain',
        'accept-encoding': 'gzip, deflate, br, zstd',
        connection: 'keep-alive',
        host: 'api.example.com',
        'user-agent': 'cloister-gateway',
      },
    ]);
    expect(result).toMatchObject({
      response: { status: 201, headers: { 'x-answer': 'a, b' } },
      traffic: { redirects: 0, address: '93.184.215.14' },
    });
    expect('response' in result && Object.keys(result.response.headers)).not.toContain('set-cookie');
    expect(bodyOf(result)).toBe('hello');
    await expectNoSockets(world);
    const [socket] = world.network.sockets;
    expect(result.traffic).toMatchObject({ bytesUp: socket?.bytesWritten, bytesDown: socket?.bytesRead });
    expect(result.traffic.bytesDown).toBeGreaterThan(500);
  });

  test('posts a body', async () => {
    const world = await serveFetches((request, response) => void request.pipe(response));
    const request = {
      method: 'POST',
      body: Buffer.from('{"a":1}'),
      headers: { 'content-type': 'text/json' },
    } as const;
    expect(bodyOf(await world.fetch(FETCHED, { request }))).toBe('{"a":1}');
  });

  test('asks for a head', async () => {
    const world = await serveFetches((_request, response) =>
      response.writeHead(200, { 'content-length': 1_000_000, 'content-encoding': 'gzip' }).end(),
    );
    const result = await world.fetch(FETCHED, { request: { method: 'HEAD' } });
    expect(result).toMatchObject({ response: { status: 200 } });
    expect(bodyOf(result)).toBe('');
  });

  test.each([204, 304])('takes the answer %i without a body, whatever encoding it names', async (status) => {
    const world = await serveFetches((_request, response) =>
      response.writeHead(status, { 'content-encoding': 'gzip' }).end(),
    );
    expect(await world.fetch(FETCHED)).toMatchObject({ response: { status } });
  });

  test.each([
    'Authorization',
    'cookie',
    'Host',
    'Proxy-Authorization',
    'X-Forwarded-For',
    'content-length',
    'transfer-encoding',
    'accept-encoding',
    '__proto__x',
  ])('with the header %s is refused before anything is resolved', async (name) => {
    const world = await serveFetches((_request, response) => response.end());
    const result = await world.fetch(FETCHED, { request: { headers: { [name]: 'x' } } });
    expect(result).toMatchObject({ refusal: { reason: 'RequestHeaderNotAllowed' } });
    expect(world.network.names).toEqual([]);
  });

  test.each(['a\r\nx: y', 'a\0', 'ä', 'x'.repeat(1_025)])(
    'with a header value that is not text is refused',
    async (accept) => {
      const world = await serveFetches((_request, response) => response.end());
      const result = await world.fetch(FETCHED, { request: { headers: { accept } } });
      expect(result).toMatchObject({ refusal: { reason: 'RequestHeaderNotAllowed' } });
    },
  );

  test('of a denied host resolves nothing', async () => {
    const world = await serveFetches((_request, response) => response.end());
    const result = await world.fetch('https://evil.example/');
    expect(result).toMatchObject({ refusal: { reason: 'HostNotAllowed' } });
    expect(world.network.names).toEqual([]);
  });

  test('of a host with a denied address connects to nothing', async () => {
    const world = await serveFetches((_request, response) => response.end());
    const decideAddresses = vi.fn(
      () => ({ effect: 'Deny', reason: 'AddressNotAllowed', violations: [] }) as const,
    );
    const result = await world.fetch(FETCHED, { decideAddresses });
    expect(result).toMatchObject({ refusal: { reason: 'AddressNotAllowed' } });
    expect(decideAddresses).toHaveBeenCalledWith(['93.184.215.14']);
    expect(world.network.dialled).toEqual([]);
  });
});

describe('TLS', () => {
  test('of an authority that is not trusted is refused', async () => {
    const world = await serveFetches((_request, response) => response.end());
    const result = await world.fetch(FETCHED, { secureContext: undefined });
    expect(result).toMatchObject({ refusal: { reason: 'TLSNotEstablished' } });
    await expectNoSockets(world);
  });

  test('is verified even where the environment turns that off', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    try {
      const world = await serveFetches((_request, response) => response.end());
      expect(await world.fetch(FETCHED, { secureContext: undefined })).toMatchObject({
        refusal: { reason: 'TLSNotEstablished' },
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('with a certificate for another host is refused', async () => {
    const world = await serveFetches((_request, response) => response.end());
    const { trusted, key, cert } = await certificateFor('third.example.com');
    world.network.address('93.184.215.14', await listenLocally(createTLSServer({ key, cert })));
    const result = await world.fetch(FETCHED, { secureContext: trusted });
    expect(result).toMatchObject({
      refusal: {
        reason: 'TLSNotEstablished',
        message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
      },
    });
  });

  test('that the other side does not speak is refused', async () => {
    const world = await serveFetches((_request, response) => response.end());
    const plain = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    world.network.address('93.184.215.14', await listenLocally(plain));
    expect(await world.fetch(FETCHED)).toMatchObject({ refusal: { reason: 'TLSNotEstablished' } });
    await expectNoSockets(world);
  });
});
