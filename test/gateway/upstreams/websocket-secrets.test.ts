import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { encodeFrame, OPCODES } from '../../../src/gateway/upstreams/web-socket/frame-reader.ts';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { KEY, UPSTREAM, useUpstream } from './upstream-world.ts';
import { type AgentWebSocket, openWebSocket, serveUpgrades } from './web-socket-world.ts';

const gateway = useUpstream([{ ...UPSTREAM, name: 'live', protocol: 'WebSocket' }]);
const PATH = '/upstreams/live/items';
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());

const { text, more, ping, close } = OPCODES;
const frame = (opcode: number, payload: string, isFinal = true): Buffer =>
  encodeFrame(opcode, isFinal, Buffer.from(payload, 'latin1'));
const HALF = Math.ceil(KEY.length / 2);
const [FIRST, SECOND] = [KEY.slice(0, HALF - 1), KEY.slice(HALF - 1)];

/** Opens a WebSocket on which the upstream sends these bytes, each piece by itself, and then says the last word. */
async function receive(...pieces: readonly Buffer[]): Promise<AgentWebSocket> {
  await serveUpgrades(gateway, ({ headers }, socket) => {
    const key = headers['sec-websocket-key'] ?? '';
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
    socket.write(`${head}Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
    void writeEach(socket, pieces);
  });
  return openWebSocket(gateway, { path: PATH });
}

async function writeEach(socket: Socket, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) {
    // Each is read by itself.
    await new Promise((resolve) => setTimeout(resolve, 5));
    socket.write(piece);
  }
}

const LAST = encodeFrame(close, true, Buffer.from([0x03, 0xe8]));

describe('a secret is cut off', () => {
  const bytes = (one: Buffer): readonly Buffer[] => [...one].map((byte) => Buffer.from([byte]));
  const cases: readonly (readonly [string, readonly Buffer[]])[] = [
    ['in one message', [frame(text, `the key is ${KEY}.`)]],
    ['byte by byte', bytes(frame(text, `is ${KEY}.`))],
    ['escaped in JSON', [frame(text, JSON.stringify({ key: KEY }).replaceAll('/', '\\/'))]],
    ['in base64', [frame(text, Buffer.from(`is ${KEY}`).toString('base64'))]],
    ['across frames of one message', [frame(text, `is ${FIRST}`, false), frame(more, SECOND)]],
    [
      'across frames with one that controls between them',
      [frame(text, `is ${FIRST}`, false), frame(ping, 'hello'), frame(more, SECOND)],
    ],
    ['across messages', [frame(text, `is ${FIRST}`), frame(text, SECOND)]],
    ['across many messages', KEY.match(/.{1,3}/gu)?.map((part) => frame(text, part)) ?? []],
    ['across messages in one read', [Buffer.concat([frame(text, FIRST), frame(text, SECOND)])]],
    ['in a ping', [frame(ping, KEY)]],
    ['across pings', [frame(ping, FIRST), frame(ping, SECOND)]],
    ['in the reason of a close', [frame(close, `\x03\xe8${KEY}`)]],
  ];
  test.for(cases)('%s', async ([, pieces]) => {
    const { messages, closed } = await receive(...pieces);
    await expect.poll(closed, POLL).toEqual({ code: 1008, reason: 'SecretInResponse' });
    const told = messages.join('').replace('is ', '');
    expect(told.length).toBeLessThan(HALF);
    expect(KEY.startsWith(told)).toBe(true);
    await expect
      .poll(recorded, POLL)
      .toMatchObject([
        { phase: 'Intent' },
        { phase: 'Outcome', action: 'Denied', detail: 'SecretInResponse' },
      ]);
  });

  test('at the end of a message, where half of it is told', async () => {
    const { messages, closed } = await receive(frame(text, `is ${KEY.slice(0, HALF)}`));
    await expect.poll(closed, POLL).toEqual({ code: 1008, reason: 'SecretInResponse' });
    expect(messages).toEqual([]);
  });
});

describe('what is no secret arrives as it was sent', () => {
  const cases: readonly (readonly [string, readonly Buffer[], readonly string[]])[] = [
    [
      'in parts that begin as the secret does',
      [frame(text, 'it is sk-', false), frame(more, 'key-', false), frame(more, 'other')],
      ['it is sk-key-other'],
    ],
    [
      'in messages that end as it begins',
      [frame(text, 'sk-'), frame(text, 'sk-'), frame(text, 'k')],
      ['sk-', 'sk-', 'k'],
    ],
    ['with nothing in it', [frame(text, ''), frame(text, '', false), frame(more, '')], ['', '']],
    ['with a ping in its middle', [frame(text, 'a', false), frame(ping, 'sk-'), frame(more, 'b')], ['ab']],
    ['in a long one', [frame(text, 'x'.repeat(70_000))], ['x'.repeat(70_000)]],
  ];
  test.for(cases)('%s', async ([, pieces, expected]) => {
    const { messages, closed } = await receive(...pieces, LAST);
    await expect.poll(closed, POLL).toMatchObject({ code: 1000 });
    expect(messages).toEqual(expected);
  });
});

describe('frames that are malformed are cut off', () => {
  const cases: readonly (readonly [string, Buffer])[] = [
    ['which are masked', Buffer.from([0x81, 0x81, 1, 2, 3, 4, 0])],
    ['which are compressed', Buffer.from([0xc1, 0x01, 0x61])],
    ['which continue nothing', frame(more, 'a')],
    ['which begin a message in another', Buffer.concat([frame(text, 'a', false), frame(text, 'b')])],
    ['whose ping is too long', frame(ping, 'a'.repeat(126))],
    ['which are of an unknown kind', frame(3, 'a')],
  ];
  test.for(cases)('%s', async ([, piece]) => {
    const { messages, closed } = await receive(piece);
    await expect.poll(closed, POLL).toEqual({ code: 1011, reason: 'ResponseBroken' });
    expect(messages).toEqual([]);
    await expect.poll(() => recorded().at(-1)?.detail, POLL).toBe('ResponseBroken');
  });
});
