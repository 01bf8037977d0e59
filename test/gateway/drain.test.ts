import { once } from 'node:events';
import { expect, test } from 'vitest';
import { askTunnel, openTunnel } from './proxy-client.ts';
import { readRecorded } from './recorded.ts';
import { closed } from './served-world.ts';
import { useProxy } from './use-proxy.ts';

const HOST = 'allowed.example.com';
const AUTHORITY = `${HOST}:443`;

const gateway = useProxy(
  (spec) => {
    spec.network.allow = [{ host: HOST }] as typeof spec.network.allow;
  },
  { flags: ['--drain-seconds=4'] },
);

test('a gateway that is stopped serves on, then takes nothing new, and at the end cuts what is open', async () => {
  await gateway.world.serve(HOST, '93.184.216.34', (socket) => {
    socket.write('open');
  });
  const first = await openTunnel(gateway.access, AUTHORITY, gateway.authority.certificate);
  await once(first, 'data');
  const cut = closed(first);
  const stopped = gateway.stop();
  expect(await gateway.readiness()).toEqual([expect.stringContaining('draining')]);
  // Until its endpoint is out of the Service, clients still come.
  const second = await openTunnel(gateway.access, AUTHORITY, gateway.authority.certificate);
  await expect
    .poll(
      () =>
        askTunnel(gateway.access, AUTHORITY).then(
          ({ status }) => status,
          () => 'closed',
        ),
      {
        timeout: 10_000,
        interval: 100,
      },
    )
    .toBe('closed');
  expect(first.destroyed).toBe(false);
  second.end();
  await cut;
  await stopped;
  const outcomes = readRecorded(gateway.records()).filter(({ phase }) => phase === 'Outcome');
  expect(outcomes.map(({ detail }) => detail)).toContain('Draining');
  expect(await gateway.verify()).toEqual([]);
});
