import type { ServerResponse } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { bodyOf, expectNoSockets, FETCHED, serveFetches } from './fetch-locally.ts';

describe('a redirect', () => {
  /** Redirects /0 to /1 and so on, up to a last path. */
  const chain =
    (last: number, status = 302) =>
    (request: { url?: string; method?: string }, response: ServerResponse) => {
      const at = Number(request.url?.slice(1));
      if (at >= last) response.end(`${request.method} at ${at}`);
      else response.writeHead(status, { location: `/${at + 1}` }).end('moved');
    };

  test('is followed three times, each decided and resolved anew', async () => {
    const world = await serveFetches(chain(3));
    const result = await world.fetch('https://api.example.com/0');
    expect(bodyOf(result)).toBe('GET at 3');
    expect(result.traffic.redirects).toBe(3);
    expect(world.decided).toEqual([0, 1, 2, 3].map((at) => `GET https://api.example.com/${at}`));
    expect(world.network.names).toHaveLength(4);
    await expectNoSockets(world);
  });

  test('is not followed a fourth time', async () => {
    const world = await serveFetches(chain(4));
    expect(await world.fetch('https://api.example.com/0')).toMatchObject({
      refusal: { reason: 'RedirectNotAllowed' },
    });
    expect(world.decided).toHaveLength(4);
    await expectNoSockets(world);
  });

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'HEAD', 'HEAD'],
    [303, 'HEAD', 'HEAD'],
    [307, 'GET', 'GET'],
  ] as const)('with %i of a %s becomes a %s', async (status, method, next) => {
    const world = await serveFetches(chain(1, status));
    const body = method === 'POST' ? Buffer.from('x') : null;
    await world.fetch('https://api.example.com/0', { request: { method, body } });
    expect(world.decided[1]).toBe(`${next} https://api.example.com/1`);
  });

  test('to another host drops the headers of the agent, and they stay dropped on the way back', async () => {
    const seen: (string | undefined)[] = [];
    const world = await serveFetches((request, response) => {
      seen.push(`${request.headers.host} ${request.headers.accept}`);
      const to = ['https://other.example.com/1', 'https://api.example.com/2'][Number(request.url?.slice(1))];
      if (to === undefined) response.end('done');
      else response.writeHead(302, { location: to }).end();
    });
    const result = await world.fetch('https://api.example.com/0', {
      request: { headers: { accept: 'a/b' } },
    });
    expect(bodyOf(result)).toBe('done');
    expect(seen).toEqual(['api.example.com a/b', 'other.example.com undefined', 'api.example.com undefined']);
  });

  test('to another host with a body is refused', async () => {
    const world = await serveFetches((_request, response) =>
      response.writeHead(307, { location: 'https://other.example.com/' }).end(),
    );
    const result = await world.fetch(FETCHED, { request: { method: 'POST', body: Buffer.from('mine') } });
    expect(result).toMatchObject({ refusal: { reason: 'RedirectNotAllowed' } });
    expect(world.network.names).toEqual(['api.example.com']);
  });

  test('to another host with a body has an end, as each request has that was decided', async () => {
    const ends: (string | null)[] = [];
    const world = await serveFetches((_request, response) =>
      response.writeHead(307, { location: 'https://other.example.com/' }).end(),
    );
    await world.fetch(FETCHED, {
      request: { method: 'POST', body: Buffer.from('mine') },
      decide: ({ url: href }) => ({
        target: { host: new URL(href).hostname, port: 443, target: '/', href },
        onEnd: ({ reason }) => ends.push(reason),
      }),
    });
    expect(ends).toEqual([null, 'RedirectNotAllowed']);
  });

  test.each([
    ['http://api.example.com/', 'RedirectNotAllowed'],
    ['ftp://api.example.com/', 'RedirectNotAllowed'],
    ['data:text/plain,x', 'RedirectNotAllowed'],
    ['https://[', 'RedirectNotAllowed'],
    ['https://evil.example/', 'HostNotAllowed'],
    ['//evil.example/', 'HostNotAllowed'],
    ['https://169.254.169.254/latest/meta-data', 'HostNotAllowed'],
    ['https://2852039166/', 'HostNotAllowed'],
  ])('to %s is refused', async (location, reason) => {
    const world = await serveFetches((_request, response) => response.writeHead(302, { location }).end());
    expect(await world.fetch(FETCHED)).toMatchObject({ refusal: { reason } });
    expect(world.network.dialled).toHaveLength(1);
    await expectNoSockets(world);
  });

  test('to a name that now has another address is decided with that address', async () => {
    const world = await serveFetches(chain(1));
    world.network.name('api.example.com', ['93.184.215.14'], ['127.0.0.1']);
    const decideAddresses = vi.fn((addresses: readonly string[]) =>
      addresses.includes('127.0.0.1')
        ? ({ effect: 'Deny', reason: 'AddressNotAllowed', violations: [] } as const)
        : ({ effect: 'Allow', exemptions: [] } as const),
    );
    const result = await world.fetch('https://api.example.com/0', { decideAddresses });
    expect(result).toMatchObject({ refusal: { reason: 'AddressNotAllowed' } });
    expect(world.network.dialled).toEqual(['93.184.215.14 443']);
  });

  test('without a location is the response', async () => {
    const world = await serveFetches((_request, response) => response.writeHead(302).end('nowhere'));
    expect(bodyOf(await world.fetch(FETCHED))).toBe('nowhere');
  });
});
