import { once } from 'node:events';
import { expect, test } from 'vitest';
import { askTunnel, openTunnel } from './proxy-client.ts';
import { closed } from './served-world.ts';
import { useCallsOnCluster } from './use-calls-on-cluster.ts';

const HOST = 'allowed.example.com';
const PORT = `${HOST}:443`;
const ADDRESS = '93.184.216.34';
const POLL = { timeout: 20_000, interval: 100 } as const;
/** How long a change may take to reach an open tunnel. */
const MAX_CUT_MILLISECONDS = 5_000;

const gateway = useCallsOnCluster((spec) => {
  spec.network.allow = [{ host: HOST }, { host: '*.rebound.example.com' }] as typeof spec.network.allow;
});

/** Waits until the gateway knows the sandbox of the test. */
const known = () =>
  expect.poll(async () => (await askTunnel(gateway.access, 'nobody.example.com:443')).status, POLL).toBe(403);
/** What was recorded, in order: `Intent Allowed`. */
const phases = () =>
  gateway.records().flatMap((record) => {
    const { phase } = record['unmapped'] as { phase?: string };
    return phase === undefined ? [] : `${phase} ${String(record['action'])}`;
  });

test('a pod of the tenant reaches the allowed host, and no other', async () => {
  await gateway.world.serve(HOST, ADDRESS, (socket) => socket.end('hello'));
  await known();
  const socket = await openTunnel(gateway.access, PORT, gateway.authority.certificate);
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(data.toString()).toBe('hello');
  socket.destroy();
  expect((await askTunnel(gateway.access, 'refused.example.com:443')).body).toMatchObject({
    reason: 'HostNotAllowed',
  });
  expect(gateway.world.resolved).toEqual([HOST]);
  await expect
    .poll(phases, POLL)
    .toEqual(expect.arrayContaining(['Intent Allowed', 'Outcome Allowed', 'Event Denied']));
});

test('a quarantine cuts an open tunnel', async () => {
  await gateway.world.serve(HOST, ADDRESS, (socket) => socket.write('open'));
  await known();
  const socket = await openTunnel(gateway.access, PORT, gateway.authority.certificate);
  await once(socket, 'data');
  const cut = closed(socket);
  const started = performance.now();
  await gateway.contain();
  await cut;
  expect(performance.now() - started).toBeLessThan(MAX_CUT_MILLISECONDS);
  expect((await askTunnel(gateway.access, PORT)).body).toMatchObject({ reason: 'Contained' });
});
