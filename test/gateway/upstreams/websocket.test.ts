import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { acceptOf } from '../../../src/gateway/upstreams/web-socket/shake-hands.ts';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { ask, optionsOf } from './upstream-client.ts';
import { HOST, KEY, UPSTREAM, useUpstream } from './upstream-world.ts';
import { echo, openWebSocket, refusalOf, serveUpgrades, serveWebSockets } from './web-socket-world.ts';

const LIVE = { ...UPSTREAM, name: 'live', protocol: 'WebSocket' };
const gateway = useUpstream(
  [
    UPSTREAM,
    LIVE,
    { ...LIVE, name: 'posts', methods: ['POST'] },
    { ...LIVE, name: 'signed', credential: 'signed' },
    { ...LIVE, name: 'hasty', timeouts: { firstByteSeconds: 1 } },
  ],
  [{ name: 'signed', attach: { type: 'AWSSigV4', region: 'eu-west-1', service: 'iotdevicegateway' } }],
);
const PATH = '/upstreams/live/items';
const HANDSHAKE = {
  connection: 'keep-alive, Upgrade',
  upgrade: 'WebSocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const secret = () => gateway.access.secret as string;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());
const lastDetail = () => recorded().at(-1)?.detail;

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
    { event: 'Upstream', phase: 'Intent', action: 'Allowed', destination: `${HOST}:443` },
    { event: 'Upstream', phase: 'Outcome', detail: 'Answered' },
  ]);
});

test('a ping and its answer are those of the agent and of the upstream', async () => {
  const pinged: string[] = [];
  await serveWebSockets(gateway, (webSocket) => {
    webSocket.on('ping', (data: Buffer) => pinged.push(data.toString()));
  });
  const { webSocket } = await openWebSocket(gateway, { path: PATH });
  webSocket.ping('are you there');
  const [answered] = (await once(webSocket, 'pong')) as [Buffer];
  expect([pinged, answered.toString()]).toEqual([['are you there'], 'are you there']);
});

test('a WebSocket that the upstream closes is closed, with its code and reason', async () => {
  await serveWebSockets(gateway, (webSocket) => {
    webSocket.send('one');
    webSocket.close(4_001, 'enough');
  });
  const { messages, closed } = await openWebSocket(gateway, { path: PATH });
  await expect.poll(closed, POLL).toEqual({ code: 4_001, reason: 'enough' });
  expect(messages).toEqual(['one']);
  await expect.poll(lastDetail, POLL).toBe('Answered');
});

describe('a handshake', () => {
  test('names to the upstream neither an extension nor where it comes from', async () => {
    await serveWebSockets(gateway, echo);
    const headers = { origin: 'https://agent.example.com', cookie: 'a=b', 'user-agent': 'an agent' };
    const { webSocket } = await openWebSocket(gateway, { path: PATH, headers });
    expect(webSocket.extensions).toBe('');
    const [received] = gateway.received;
    expect(received?.headers).toMatchObject({ 'user-agent': 'an agent', 'sec-websocket-version': '13' });
    for (const name of ['origin', 'cookie', 'sec-websocket-extensions', 'sec-websocket-protocol'])
      expect(received?.headers).not.toHaveProperty(name);
  });

  test('offers subprotocols without a key, and passes on the one that is chosen', async () => {
    await serveWebSockets(gateway, echo, (offered) => [...offered].at(-1) ?? false);
    const protocols = [
      'realtime',
      `openai-insecure-api-key.${secret()}`,
      'base64url.bearer.authorization.k8s.io.c2VjcmV0',
      `session.${'a'.repeat(30)}`,
      'openai-beta.realtime-v1',
    ];
    const { webSocket } = await openWebSocket(gateway, { path: PATH, protocols });
    expect(webSocket.protocol).toBe('openai-beta.realtime-v1');
    expect(gateway.received[0]?.headers['sec-websocket-protocol']).toBe('realtime, openai-beta.realtime-v1');
  });

  test('is proved by the key in a subprotocol alone', async () => {
    await serveWebSockets(gateway, echo, () => 'realtime');
    const protocols = ['realtime', `openai-insecure-api-key.${secret()}`];
    const { messages, webSocket } = await openWebSocket(gateway, { path: PATH, proof: {}, protocols });
    webSocket.send('in');
    await expect.poll(() => messages, POLL).toEqual(['in']);
    expect(gateway.received[0]?.headers).toMatchObject({ authorization: `Bearer ${KEY}` });
  });

  test('is signed as a request without a body', async () => {
    gateway.values.set('signed', { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-access-key' });
    await serveWebSockets(gateway, echo);
    await openWebSocket(gateway, { path: '/upstreams/signed/items' });
    expect(gateway.received[0]?.headers['authorization']).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/);
  });

  const REFUSED: readonly (readonly [string, string, object, string])[] = [
    ['for a path that is not listed', '/upstreams/live/admin', {}, 'PathNotAllowed'],
    ['for a path that goes up', `${PATH}/../admin`, {}, 'PathNotCanonical'],
    ['at an upstream with protocol HTTP', '/upstreams/vendor/items', {}, 'UpstreamNotCarried'],
    ['where GET is not listed', '/upstreams/posts/items', {}, 'MethodNotAllowed'],
    ['with another version', PATH, { 'sec-websocket-version': '8' }, 'RequestMalformed'],
    ['without a key', PATH, { 'sec-websocket-key': '' }, 'RequestMalformed'],
    ['with a key that is too short', PATH, { 'sec-websocket-key': 'c2hvcnQ=' }, 'RequestMalformed'],
    ['with what is no subprotocol', PATH, { 'sec-websocket-protocol': 'a b' }, 'RequestMalformed'],
    ['with a subprotocol twice', PATH, { 'sec-websocket-protocol': 'a, a' }, 'RequestMalformed'],
    ['for more than a WebSocket', PATH, { upgrade: 'websocket, h2c' }, 'UpstreamNotCarried'],
    ['for another protocol', PATH, { upgrade: 'h2c' }, 'UpstreamNotCarried'],
    ['that does not ask to upgrade', PATH, { upgrade: undefined }, 'UpstreamNotCarried'],
    ['whose connection is not to change', PATH, { connection: 'keep-alive' }, 'RequestMalformed'],
    ['with a body', PATH, { 'content-length': '0' }, 'RequestMalformed'],
    ['without a proof', PATH, { authorization: undefined }, 'NoProof'],
  ];
  test.for(REFUSED)('is refused %s', async ([, path, changed, reason]) => {
    await serveWebSockets(gateway, echo);
    const all = { ...HANDSHAKE, authorization: `Bearer ${secret()}`, ...changed };
    const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const answer = await ask(gateway, { path, proof: {}, headers });
    expect(answer.json()).toMatchObject({ reason });
    expect(gateway.received).toEqual([]);
    if (reason !== 'NoProof')
      await expect.poll(recorded, POLL).toMatchObject([{ action: 'Denied', detail: reason }]);
  });

  test('with another method than GET is refused', async () => {
    await serveWebSockets(gateway, echo);
    const path = '/upstreams/posts/items';
    const answer = await ask(gateway, { path, method: 'POST', headers: HANDSHAKE });
    expect(answer.json()).toMatchObject({ reason: 'RequestMalformed' });
  });

  test.for([
    ['behind a request whose answer was not waited for', 'GET /upstreams/vendor/items HTTP/1.1\r\n', ''],
    ['with frames that do not wait for its answer', '', '\x81\x80aaaa'],
  ])('is not served %s', async ([, before, after]) => {
    await serveWebSockets(gateway, echo);
    const { host, port, localAddress, ca, servername } = optionsOf(gateway, { path: PATH });
    const socket = connect({
      host: host as string,
      port: Number(port),
      localAddress,
      ca,
      servername,
    } as object);
    await once(socket, 'secureConnect');
    const lines = Object.entries(HANDSHAKE).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `Host: gateway\r\nAuthorization: Bearer ${secret()}\r\n`;
    const first = before === '' ? '' : `${before}${head}\r\n`;
    socket.write(`${first}GET ${PATH} HTTP/1.1\r\n${head}${lines.join('')}\r\n${after}`, 'latin1');
    socket.on('error', () => undefined).resume();
    await once(socket, 'close');
    expect(gateway.received.filter(({ headers }) => headers.upgrade !== undefined)).toEqual([]);
  });
});

describe('what the upstream answers is refused', () => {
  const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n';
  const good = (key: unknown): string => `Upgrade: websocket\r\nSec-WebSocket-Accept: ${String(key)}\r\n`;
  const cases: readonly (readonly [string, string, string])[] = [
    ['with the status 200', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', 'status 200'],
    ['with a redirect', `HTTP/1.1 302 Found\r\nLocation: https://${HOST}/v1/items/2\r\n\r\n`, 'status 302'],
    ['with the status 401', 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n', 'status 401'],
    ['to another handshake', `${SWITCH}${good(ACCEPT)}\r\n`, 'another handshake'],
    ['without a proof of it', `${SWITCH}Upgrade: websocket\r\n\r\n`, 'another handshake'],
    ['with another protocol', `${SWITCH}Upgrade: h2c\r\n\r\n`, 'another protocol'],
    [
      'with an extension',
      `${SWITCH}${good('ACCEPT')}Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n`,
      'extension that was not offered',
    ],
    [
      'with a subprotocol that was not offered',
      `${SWITCH}${good('ACCEPT')}Sec-WebSocket-Protocol: ${KEY}\r\n\r\n`,
      'subprotocol that was not offered',
    ],
  ];
  test.for(cases)('%s', async ([, answer, message]) => {
    await serveUpgrades(gateway, ({ headers }, socket) => {
      socket.end(answer.replace('ACCEPT', acceptOf(headers['sec-websocket-key'] ?? '')));
    });
    const refused = await refusalOf(gateway, { path: PATH });
    expect(refused).toMatchObject({
      status: 502,
      json: { reason: 'WebSocketNotEstablished', message: expect.stringContaining(message) },
    });
    expect(JSON.stringify(refused)).not.toContain(KEY);
    await expect.poll(lastDetail, POLL).toBe('WebSocketNotEstablished');
  });

  const broken: readonly (readonly [string, (socket: Socket) => void, string])[] = [
    ['where it resets', (socket) => socket.destroy(), 'ResponseBroken'],
    ['where it says what is not HTTP', (socket) => socket.write('SSH-2.0\r\n'), 'ResponseBroken'],
    ['where it never comes', () => undefined, 'ResponseTimedOut'],
  ];
  test.for(broken)('%s', async ([, act, reason]) => {
    await serveUpgrades(gateway, (_request, socket) => act(socket));
    const { json } = await refusalOf(gateway, { path: '/upstreams/hasty/items' });
    expect(json).toMatchObject({ reason });
    await expect.poll(lastDetail, POLL).toBe(reason);
  });
});
