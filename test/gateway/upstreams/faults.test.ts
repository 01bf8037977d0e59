import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { ask } from './upstream-client.ts';
import { KEY, say, UPSTREAM, useUpstream } from './upstream-world.ts';

const gateway = useUpstream([
  UPSTREAM,
  { ...UPSTREAM, name: 'hasty', timeouts: { firstByteSeconds: 1, idleSeconds: 1, maxSeconds: 3 } },
]);

const PATH = '/upstreams/vendor/items';
const HASTY = '/upstreams/hasty/items';
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const LONG = 'x'.repeat(60_000);

/** Writes the beginning, and then the piece again and again as fast as it is taken. */
function flood(beginning: string, piece: () => string): RequestListener {
  return ({ socket }) => {
    const fill = (): void => {
      while (!socket.destroyed && socket.write(piece()));
    };
    socket.write(beginning);
    socket.on('drain', fill);
    fill();
  };
}

/** Writes the piece again and again, so often. */
function drip(beginning: string, piece: string, milliseconds: number): RequestListener {
  return ({ socket }) => {
    socket.write(beginning);
    const timer = setInterval(() => socket.write(piece), milliseconds);
    socket.once('close', () => clearInterval(timer));
  };
}

const resetAfter =
  (text: string): RequestListener =>
  ({ socket }) =>
    void socket.write(text, () => socket.destroy());

describe('an upstream that', () => {
  const cases: readonly (readonly [string, string, RequestListener, string])[] = [
    ['sends a chunk extension without end', PATH, flood(`${CHUNKED}1;a=`, () => LONG), 'ResponseBroken'],
    [
      'sends long extensions with chunks of one byte',
      PATH,
      flood(CHUNKED, () => `1;a=${LONG}\r\nx\r\n`),
      'ResponseBroken',
    ],
    [
      'sends trailers without end',
      PATH,
      flood(`${CHUNKED}0\r\n`, () => 'a: b\r\n'.repeat(1_000)),
      'ResponseBroken',
    ],
    [
      'sends a trailer that is too long',
      PATH,
      flood(`${CHUNKED}1\r\nx\r\n0\r\na: `, () => LONG),
      'ResponseBroken',
    ],
    [
      'sends interim responses as fast as it can',
      PATH,
      flood('', () => 'HTTP/1.1 103 E\r\n\r\n'),
      'ResponseBroken',
    ],
    [
      'sends interim responses now and then',
      HASTY,
      drip('', 'HTTP/1.1 103 E\r\n\r\n', 900),
      'ResponseTimedOut',
    ],
    ['sends a head without end', PATH, flood(OK, () => 'a: b\r\n'.repeat(1_000)), 'ResponseBroken'],
    ['sends a body without end', HASTY, drip(`${OK}\r\n`, 'x', 100), 'ResponseTimedOut'],
    ['drips its head', HASTY, drip(OK, 'a', 100), 'ResponseTimedOut'],
    ['resets before its head', PATH, resetAfter(''), 'ResponseBroken'],
    ['resets within its head', PATH, resetAfter(`${OK}a: b`), 'ResponseBroken'],
    [
      'resets within a body of known length',
      PATH,
      resetAfter(`${OK}Content-Length: 9\r\n\r\nabc`),
      'ResponseBroken',
    ],
    ['resets within a chunk', PATH, resetAfter(`${CHUNKED}9\r\nabc`), 'ResponseBroken'],
    ['resets before the last chunk', PATH, resetAfter(`${CHUNKED}3\r\nabc\r\n`), 'ResponseBroken'],
    ['writes chunks that have no size', PATH, resetAfter(`${CHUNKED}zz\r\n`), 'ResponseBroken'],
  ];
  test.for(cases)(
    '%s is left, with one record of why and nothing open',
    async ([, path, listener, reason]) => {
      const sockets: Socket[] = [];
      await gateway.serve((incoming, response) => {
        sockets.push(incoming.socket);
        listener(incoming, response);
      });
      const answer = await ask(gateway, { path });
      if (!answer.isCut) expect(answer.json()).toMatchObject({ reason });
      expect(answer.text).not.toContain(KEY);
      await expect.poll(recorded, POLL).toMatchObject([
        { phase: 'Intent', action: 'Allowed' },
        { phase: 'Outcome', detail: reason },
      ]);
      await expect.poll(() => sockets.every((socket) => socket.closed), POLL).toBe(true);
    },
  );

  test('sends a second response does not have it read as the answer to the next request', async () => {
    const twice = `${OK}Content-Length: 3\r\n\r\none${OK}Content-Length: 5\r\n\r\nsmuggled`;
    await gateway.serve(({ socket }) => void socket.write(twice));
    expect((await ask(gateway, { path: PATH })).text).toBe('one');
    await gateway.serve(say('two'));
    expect((await ask(gateway, { path: PATH })).text).toBe('two');
  });
});
