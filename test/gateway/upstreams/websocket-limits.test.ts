import { describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { hangDials } from './hang-dials.ts';
import { ADDRESS, HOST, UPSTREAM, useUpstream } from './upstream-world.ts';
import { beginWebSocket, echo, openWebSocket, serveWebSockets } from './web-socket-world.ts';

const LIVE = { ...UPSTREAM, name: 'live', protocol: 'WebSocket' };
const gateway = useUpstream([
  LIVE,
  { ...LIVE, name: 'hasty', timeouts: { firstByteSeconds: 1, idleSeconds: 1, maxSeconds: 60 } },
  { ...LIVE, name: 'short', timeouts: { firstByteSeconds: 1, idleSeconds: 60, maxSeconds: 1 } },
]);
const PATH = '/upstreams/live/items';
const MIB = 1_024 * 1_024;
/** Many megabytes take a while. */
const SLOW = { timeout: 20_000, interval: 50 } as const;
/** How often it is looked whether nothing moves any more. */
const STILL = { timeout: 5_000, interval: 300 } as const;
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());
const lastDetail = () => recorded().at(-1)?.detail;

/** Serves WebSockets, and says when the connection of one has ended. */
async function serve(onOpen: (webSocket: WebSocket) => void): Promise<() => number> {
  const ended = vi.fn();
  await serveWebSockets(gateway, (webSocket) => {
    webSocket._socket.once('close', ended);
    onOpen(webSocket);
  });
  return () => ended.mock.calls.length;
}

describe('a WebSocket is cut', () => {
  test('with its sandbox', async () => {
    const ended = await serve(echo);
    const { webSocket, closed } = await openWebSocket(gateway, { path: PATH });
    const { _socket: socket } = webSocket;
    gateway.containSandbox();
    await expect.poll(closed, POLL).toEqual({ code: 1008, reason: 'Contained' });
    await expect.poll(ended, POLL).toBe(1);
    await expect.poll(() => socket.destroyed, POLL).toBe(true);
    await expect.poll(recorded, POLL).toMatchObject([
      { phase: 'Intent', action: 'Allowed' },
      { phase: 'Outcome', action: 'Denied', detail: 'Contained' },
    ]);
  });

  test('with a sandbox that does not answer the close, and reads nothing', async () => {
    const ended = await serve((webSocket) => webSocket.send(Buffer.alloc(8 * MIB)));
    const { webSocket } = await openWebSocket(gateway, { path: PATH });
    webSocket.pause();
    gateway.containSandbox();
    await expect.poll(ended, POLL).toBe(1);
    await expect.poll(lastDetail, POLL).toBe('Contained');
  });

  test.for([
    ['when nothing comes for too long', '/upstreams/hasty/items', 'spec.upstreams["hasty"].timeouts'],
    ['when it has lasted too long', '/upstreams/short/items', 'spec.upstreams["short"].timeouts'],
  ])('%s', async ([, path, rule]) => {
    const ended = await serve(echo);
    const { closed } = await openWebSocket(gateway, { path: path as string });
    await expect.poll(closed, POLL).toEqual({ code: 1011, reason: 'ResponseTimedOut' });
    await expect.poll(ended, POLL).toBe(1);
    await expect.poll(() => recorded().at(-1), POLL).toMatchObject({ detail: 'ResponseTimedOut', rule });
  });

  test('when the upstream ends its connection without closing it', async () => {
    await serve((webSocket) => webSocket.terminate());
    const { closed } = await openWebSocket(gateway, { path: PATH });
    await expect.poll(closed, POLL).toEqual({ code: 1011, reason: 'ResponseBroken' });
    await expect.poll(lastDetail, POLL).toBe('ResponseBroken');
  });

  test('at a message of 100 MB from the upstream', async () => {
    const ended = await serve((webSocket) => webSocket.send(Buffer.alloc(100_000_000)));
    const { messages, closed } = await openWebSocket(gateway, { path: PATH });
    await expect.poll(closed, POLL).toEqual({ code: 1009, reason: 'ResponseTooLarge' });
    expect(messages).toEqual([]);
    await expect.poll(ended, POLL).toBe(1);
    await expect.poll(lastDetail, POLL).toBe('ResponseTooLarge');
  });

  test('at a message of 100 MB from the agent, also in frames of 1 MiB', async () => {
    const got = vi.fn();
    const ended = await serve((webSocket) => webSocket.on('message', got));
    const whole = await openWebSocket(gateway, { path: PATH });
    whole.webSocket.send(Buffer.alloc(100_000_000));
    await expect.poll(whole.closed, SLOW).toEqual({ code: 1009, reason: 'RequestTooLarge' });
    const parts = await openWebSocket(gateway, { path: PATH });
    for (let part = 0; part < 100; part += 1) parts.webSocket.send(Buffer.alloc(MIB), { fin: part === 99 });
    await expect.poll(parts.closed, SLOW).toEqual({ code: 1009, reason: 'RequestTooLarge' });
    await expect.poll(ended, POLL).toBe(2);
    expect(got).not.toHaveBeenCalled();
    await expect.poll(lastDetail, POLL).toBe('RequestTooLarge');
  });

  test('when the agent sends a frame that is not masked', async () => {
    const ended = await serve(echo);
    const { webSocket, closed } = await openWebSocket(gateway, { path: PATH });
    webSocket._socket.write(Buffer.from([0x81, 0x01, 0x61]));
    await expect.poll(closed, POLL).toEqual({ code: 1002, reason: 'RequestMalformed' });
    await expect.poll(ended, POLL).toBe(1);
  });

  test('when the bytes of the day are used up', async () => {
    const ended = await serve(() => undefined);
    const { webSocket, closed } = await openWebSocket(gateway, { path: PATH });
    for (let sent = 0; sent < 60; sent += 1) webSocket.send(Buffer.alloc(MIB));
    await expect.poll(closed, SLOW).toEqual({ code: 1008, reason: 'BudgetUsedUp' });
    await expect.poll(ended, POLL).toBe(1);
    await expect.poll(lastDetail, POLL).toBe('BudgetUsedUp');
  });
});

describe('an agent that is gone ends it at the upstream', () => {
  test('once it has begun', async () => {
    const ended = await serve(echo);
    const { webSocket } = await openWebSocket(gateway, { path: PATH });
    webSocket.terminate();
    await expect.poll(ended, POLL).toBe(1);
    await expect.poll(lastDetail, POLL).toBe('ClientGone');
  });

  test('before it has begun, as the connection hangs', async () => {
    const dialled = hangDials(gateway.world.network);
    gateway.world.name(HOST, [ADDRESS]);
    const webSocket = beginWebSocket(gateway, { path: PATH });
    await expect.poll(() => dialled.mock.calls.length, POLL).toBe(1);
    webSocket.terminate();
    await expect.poll(lastDetail, POLL).toBe('ClientGone');
  });
});

test('a WebSocket is read no faster than the agent reads it, and arrives whole', async () => {
  let upstream: WebSocket | null = null;
  await serve((webSocket) => {
    upstream = webSocket;
    for (let sent = 0; sent < 64; sent += 1) webSocket.send(Buffer.alloc(MIB, 'abc'));
    webSocket.close(1000);
  });
  const { webSocket, messages, closed } = await openWebSocket(gateway, { path: PATH });
  webSocket.pause();
  const waiting = (): number => (upstream === null ? 0 : upstream.bufferedAmount);
  await expect.poll(waiting, POLL).toBeGreaterThan(0);
  let before = -1;
  await expect.poll(() => before === (before = waiting()), STILL).toBe(true);
  expect(waiting()).toBeGreaterThan(32 * MIB);
  webSocket.resume();
  await expect.poll(closed, SLOW).toMatchObject({ code: 1000 });
  expect(messages.map(({ length }) => length)).toEqual(Array.from({ length: 64 }, () => MIB));
}, 30_000);

test('an upstream that reads slowly holds the agent back', async () => {
  let upstream: WebSocket | null = null;
  await serve((webSocket) => {
    upstream = webSocket;
    webSocket.pause();
  });
  const { webSocket, closed } = await openWebSocket(gateway, { path: PATH });
  for (let sent = 0; sent < 40; sent += 1) webSocket.send(Buffer.alloc(MIB));
  let before = -1;
  await expect.poll(() => before === (before = webSocket.bufferedAmount), STILL).toBe(true);
  expect(before).toBeGreaterThan(16 * MIB);
  (upstream as unknown as WebSocket).resume();
  await expect.poll(() => webSocket.bufferedAmount, POLL).toBe(0);
  expect(closed()).toBeNull();
});
