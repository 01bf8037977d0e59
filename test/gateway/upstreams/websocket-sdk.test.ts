import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { expect, onTestFinished, test } from 'vitest';
import { POLL } from '../use-proxy.ts';
import { optionsOf } from './upstream-client.ts';
import { HOST, KEY, useUpstream } from './upstream-world.ts';
import { serveWebSockets } from './web-socket-world.ts';

const gateway = useUpstream([
  {
    name: 'realtime',
    protocol: 'WebSocket',
    baseURL: `https://${HOST}/v1`,
    credential: 'key',
    methods: ['GET'],
    paths: ['/realtime'],
  },
]);

test('the SDK of OpenAI speaks with a model in real time, with the proxy secret as its key', async () => {
  const asked: unknown[] = [];
  await serveWebSockets(gateway, (webSocket) => {
    webSocket.on('message', (data: Buffer) => {
      asked.push(JSON.parse(data.toString()));
      webSocket.send(JSON.stringify({ type: 'response.output_text.delta', delta: 'hello' }));
    });
  });
  const { ca, localAddress, servername } = optionsOf(gateway, { path: '' });
  const client = new OpenAI({
    apiKey: gateway.access.secret as string,
    baseURL: `https://127.0.0.1:${gateway.ports.api}/upstreams/realtime`,
  });
  const options = { ca, localAddress, servername } as object;
  const realtime = new OpenAIRealtimeWS({ model: 'gpt-realtime', options }, client);
  onTestFinished(() => realtime.close());
  const told: string[] = [];
  realtime.on('response.output_text.delta', ({ delta }) => told.push(delta));
  realtime.socket.on('open', () => realtime.send({ type: 'response.create' }));
  await expect.poll(() => told, POLL).toEqual(['hello']);
  expect(asked).toEqual([{ type: 'response.create' }]);
  expect(gateway.received).toMatchObject([
    { url: '/v1/realtime?model=gpt-realtime', headers: { host: HOST, authorization: `Bearer ${KEY}` } },
  ]);
});
