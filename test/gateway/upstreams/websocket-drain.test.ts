import { expect, test } from 'vitest';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { UPSTREAM, useUpstream } from './upstream-world.ts';
import { echo, openWebSocket, serveWebSockets } from './web-socket-world.ts';

const gateway = useUpstream([{ ...UPSTREAM, name: 'live', protocol: 'WebSocket' }], [], {
  flags: ['--drain-seconds=2'],
});

test('a gateway that is stopped lets a WebSocket go on, and closes it at the end', async () => {
  await serveWebSockets(gateway, echo);
  const { webSocket, messages, closed } = await openWebSocket(gateway, { path: '/upstreams/live/items' });
  const stopped = gateway.stop();
  expect(await gateway.readiness()).toEqual([expect.stringContaining('draining')]);
  webSocket.send('still here');
  await expect.poll(() => messages, POLL).toEqual(['still here']);
  await stopped;
  await expect.poll(closed, POLL).toEqual({ code: 1001, reason: 'Draining' });
  const outcomes = readRecorded(gateway.records()).filter(({ phase }) => phase === 'Outcome');
  expect(outcomes.map(({ detail }) => detail)).toEqual(['Draining']);
  expect(await gateway.verify()).toEqual([]);
});
