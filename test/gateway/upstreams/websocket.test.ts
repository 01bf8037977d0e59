import { once } from 'node:events';
import { expect, test } from 'vitest';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { HOST, KEY, UPSTREAM, useUpstream } from './upstream-world.ts';
import { echo, openWebSocket, serveWebSockets } from './web-socket-world.ts';

const gateway = useUpstream([{ ...UPSTREAM, name: 'live', protocol: 'WebSocket' }]);
const PATH = '/upstreams/live/items';
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());

test('a WebSocket carries messages both ways, with the credential in its handshake', async () => {
  await serveWebSockets(gateway, echo);
  const { webSocket, messages, closed } = await openWebSocket(gateway, { path: `${PATH}?model=m` });
  webSocket.send('one');
  webSocket.send(Buffer.from([0, 1, 255]));
  await expect.poll(() => messages, POLL).toEqual(['one', '\x00\x01\xff']);
  expect(gateway.received).toMatchObject([
    { method: 'GET', url: '/v1/items?model=m', headers: { host: HOST, authorization: `Bearer ${KEY}` } },
  ]);
  webSocket.close(1000, 'done');
  await once(webSocket, 'close');
  expect(closed()).toEqual({ code: 1000, reason: 'done' });
  await expect.poll(recorded, POLL).toMatchObject([
    { event: 'Upstream', phase: 'Intent', action: 'Allowed' },
    { event: 'Upstream', phase: 'Outcome', detail: 'Answered' },
  ]);
});
