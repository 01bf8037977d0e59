import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { askTunnel, openTunnel } from './proxy-client.ts';
import { readRecorded } from './recorded.ts';
import { closed } from './served-world.ts';
import { askTools } from './tool-client.ts';
import { useCallsOnCluster } from './use-calls-on-cluster.ts';

const HOST = 'allowed.example.com';
const PORT = `${HOST}:443`;
const ADDRESS = '93.184.216.34';
const CAP = 2_048;
const POLL = { timeout: 20_000, interval: 100 } as const;
/** How long a change may take to reach an open tunnel. */
const MAX_CUT_MILLISECONDS = 5_000;

const gateway = useCallsOnCluster((spec) => {
  spec.network.allow = [{ host: HOST }, { host: '*.named.example.com' }] as typeof spec.network.allow;
  spec.tools = [
    {
      name: 'search',
      executor: 'Fetch',
      capabilities: ['net:http:get'],
      domains: [{ argument: '/url', allow: [HOST, '*.named.example.com'], deny: [] }],
      maxResponseSize: CAP,
      confirmation: { when: 'Never' },
    },
    {
      name: 'rare',
      executor: 'Agent',
      capabilities: [],
      maxRequestsPerMinute: 1,
      confirmation: { when: 'Never' },
    },
  ] as unknown as typeof spec.tools;
});

/** Waits until the gateway knows the sandbox of the test. */
const known = () =>
  expect
    .poll(async () => (await askTunnel(gateway.access, 'nobody.example.com:443')).body?.['reason'], POLL)
    .toBe('HostNotAllowed');
const recorded = () => readRecorded(gateway.records()).filter(({ sandbox }) => sandbox === gateway.sandbox());
const open = (authority = PORT) => openTunnel(gateway.access, authority, gateway.authority.certificate);
const reasonOf = async (authority: string) => (await askTunnel(gateway.access, authority)).body?.['reason'];
const fetchURL = (url: string) =>
  askTools(
    { ...gateway.access, port: gateway.ports.api, authorities: gateway.authority.certificate },
    { path: '/v1/fetch', body: { tool: 'search', arguments: { url } } },
  );
const answering = (text: string) => (socket: Socket) => socket.once('data', () => socket.end(text));
const page = (length: number) =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${'a'.repeat(length)}`;

test('a pod of the tenant reaches the allowed host and no other, and both are in the audit', async () => {
  await gateway.world.serve(HOST, ADDRESS, (socket) => socket.end('hello'));
  await known();
  const socket = await open();
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(data.toString()).toBe('hello');
  socket.end();
  expect(await reasonOf('refused.example.com:443')).toBe('HostNotAllowed');
  expect(gateway.world.resolved).toEqual([HOST]);
  await expect
    .poll(recorded, POLL)
    .toEqual(
      expect.arrayContaining([
        expect.objectContaining({ phase: 'Intent', action: 'Allowed' }),
        expect.objectContaining({ phase: 'Outcome', action: 'Allowed', detail: 'Ended' }),
        expect.objectContaining({ phase: 'Event', action: 'Denied', detail: 'HostNotAllowed' }),
      ]),
    );
});

describe('the metadata address is not reached', () => {
  test('by a name that has it, or its IPv4-mapped form', async () => {
    await known();
    gateway.world.name('metadata.named.example.com', ['169.254.169.254']);
    gateway.world.name('mapped.named.example.com', ['::ffff:169.254.169.254']);
    expect(await reasonOf('metadata.named.example.com:443')).toBe('AddressNotAllowed');
    expect(await reasonOf('mapped.named.example.com:443')).toBe('AddressNotAllowed');
  });

  test('by a redirect', async () => {
    await known();
    const location = 'https://metadata.named.example.com/latest/';
    const redirect = `HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
    await gateway.world.serve(HOST, ADDRESS, answering(redirect));
    gateway.world.name('metadata.named.example.com', ['169.254.169.254']);
    const { status, body } = await fetchURL(`https://${HOST}/`);
    expect({ status, body }).toMatchObject({ status: 403, body: { reason: 'AddressNotAllowed' } });
  });

  test('by a name whose address changes once it was checked', async () => {
    await known();
    const host = 'rebound.named.example.com';
    await gateway.world.serve(host, ADDRESS, (socket) => socket.end('checked'));
    gateway.world.name(host, [ADDRESS], ['169.254.169.254']);
    const socket = await open(`${host}:443`);
    await once(socket, 'data');
    socket.destroy();
    expect(await reasonOf(`${host}:443`)).toBe('AddressNotAllowed');
    expect(gateway.world.dialled).not.toContain('169.254.169.254');
  });
});

test('a response of a byte more than the cap is an error and is not cut short', async () => {
  await known();
  await gateway.world.serve(HOST, ADDRESS, answering(page(CAP)));
  expect((await fetchURL(`https://${HOST}/`)).body).toMatchObject({ response: { status: 200 } });
  await gateway.world.serve(HOST, ADDRESS, answering(page(CAP + 1)));
  expect((await fetchURL(`https://${HOST}/`)).body).toMatchObject({ reason: 'ResponseTooLarge' });
});

test('a call beyond the rate is refused, with when to try again', async () => {
  await known();
  const call = () =>
    askTools(
      { ...gateway.access, port: gateway.ports.api, authorities: gateway.authority.certificate },
      { path: '/v1/authorize', body: { tool: 'rare', arguments: {} } },
    );
  expect((await call()).body).toMatchObject({ decision: 'Allow', remaining: 0 });
  expect(await call()).toMatchObject({ status: 429, body: { reason: 'RateReached' } });
  expect(Number((await call()).headers['retry-after'])).toBeGreaterThan(50);
});

test('a quarantine cuts an open tunnel, and no new one is opened', async () => {
  await gateway.world.serve(HOST, ADDRESS, (socket) => socket.write('open'));
  await known();
  const socket = await open();
  await once(socket, 'data');
  const cut = closed(socket);
  const started = performance.now();
  await gateway.contain();
  await cut;
  expect(performance.now() - started).toBeLessThan(MAX_CUT_MILLISECONDS);
  expect(await reasonOf(PORT)).toBe('Contained');
  await expect
    .poll(recorded, POLL)
    .toContainEqual(expect.objectContaining({ phase: 'Outcome', detail: 'Contained' }));
});

test('what was recorded is proven, and the gateway says how far', async () => {
  await expect.poll(() => gateway.verify(), POLL).toEqual([]);
  expect(await gateway.head()).toMatchObject({ replica: 'gateway-0', number: 1 });
});
