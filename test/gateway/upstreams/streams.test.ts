import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { request } from 'node:https';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { hangDials } from './hang-dials.ts';
import { ask, optionsOf } from './upstream-client.ts';
import { ADDRESS, HOST, UPSTREAM, useUpstream } from './upstream-world.ts';

const gateway = useUpstream([
  UPSTREAM,
  { ...UPSTREAM, name: 'hasty', timeouts: { firstByteSeconds: 1, idleSeconds: 1, maxSeconds: 3 } },
]);

const PATH = '/upstreams/vendor/items';
const HASTY = '/upstreams/hasty/items';
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());
const lastDetail = () => recorded().at(-1)?.detail;

/** Writes raw bytes in place of a response. */
const raw =
  (...parts: readonly string[]): RequestListener =>
  (incoming) => {
    for (const part of parts) incoming.socket.write(part);
  };

describe('a stream', () => {
  const open = async (path = PATH): Promise<IncomingMessage> => {
    const sent = request(optionsOf(gateway, { path })).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  };

  test('passes each event at once', async () => {
    const events = Promise.withResolvers<ServerResponse>();
    await gateway.serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      events.resolve(response);
    });
    const stream = await open();
    const upstream = await events.promise;
    for (const event of ['data: one\n\n', 'data: two\n\n']) {
      upstream.write(event);
      expect(String((await once(stream, 'data'))[0])).toBe(event);
    }
    upstream.end();
    await once(stream, 'end');
    await expect.poll(lastDetail, POLL).toBe('Answered');
  });

  const endless: RequestListener = (_request, response) => {
    const fill = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384, 'x')));
    };
    response.on('drain', fill);
    fill();
  };

  test('that the agent leaves is ended at the upstream', async () => {
    const ended = vi.fn();
    await gateway.serve((incoming, response) => {
      incoming.socket.once('close', ended);
      endless(incoming, response);
    });
    const stream = await open();
    await once(stream, 'data');
    stream.destroy();
    await expect.poll(() => ended.mock.calls.length, POLL).toBe(1);
    await expect.poll(lastDetail, POLL).toBe('ClientGone');
  });

  test('that has not begun, as the connection hangs, ends with an agent that leaves within its body', async () => {
    const dialled = hangDials(gateway.world.network);
    gateway.world.name(HOST, [ADDRESS]);
    const uncaught = vi.fn();
    process.on('uncaughtExceptionMonitor', uncaught);
    onTestFinished(() => void process.off('uncaughtExceptionMonitor', uncaught));
    const headers = { 'content-length': '100' };
    const sent = request(optionsOf(gateway, { path: PATH, method: 'POST', headers }));
    sent.on('error', () => undefined).write('the first of it');
    await expect.poll(() => dialled.mock.calls.length, POLL).toBe(1);
    sent.destroy();
    await expect.poll(lastDetail, POLL).toBe('ClientGone');
    expect(uncaught).not.toHaveBeenCalled();
  });

  test('is cut with its sandbox', async () => {
    const ended = vi.fn();
    await gateway.serve((incoming, response) => {
      incoming.socket.once('close', ended);
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: one\n\n');
    });
    const stream = await open();
    stream.on('error', () => undefined);
    await once(stream, 'data');
    gateway.containSandbox();
    await expect.poll(() => stream.closed, POLL).toBe(true);
    expect(stream.complete).toBe(false);
    await expect.poll(() => ended.mock.calls.length, POLL).toBe(1);
    await expect.poll(lastDetail, POLL).toBe('Contained');
  });

  test('is read no faster than the agent reads it, and arrives whole', async () => {
    let written = 0;
    await gateway.serve((_request, response) => {
      const body = Buffer.alloc(64 * 1_024 * 1_024, 'abc');
      const write = (): void => {
        while (written < body.length) {
          const chunk = body.subarray(written, written + 65_536);
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', write);
        }
        response.end();
      };
      write();
    });
    const stream = await open();
    stream.pause();
    let before = -1;
    await vi.waitFor(
      () => {
        const now = written;
        const isStill = now === before;
        before = now;
        expect(isStill).toBe(true);
      },
      { timeout: 5_000, interval: 300 },
    );
    // Buffers of the system take some megabytes of it.
    expect(written).toBeLessThan(32 * 1_024 * 1_024);
    let read = 0;
    for await (const chunk of stream) read += (chunk as Buffer).length;
    expect(read).toBe(64 * 1_024 * 1_024);
  });
});

describe('an upstream that', () => {
  const OK = 'HTTP/1.1 200 OK\r\n';
  const reset: RequestListener = (incoming) => incoming.socket.destroy();
  const half: RequestListener = (incoming) => incoming.socket.end(`${OK}Content-Length: 9\r\n\r\nabc`);
  test.for([
    [
      'sends interim responses without end',
      PATH,
      raw('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(20)),
      'ResponseBroken',
    ],
    ['speaks no HTTP', PATH, raw('SSH-2.0-server\r\n\r\n'), 'ResponseBroken'],
    [
      'switches protocols',
      PATH,
      raw('HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      'ResponseBroken',
    ],
    [
      'sends headers that are too long',
      PATH,
      raw(OK, `X-Long: ${'a'.repeat(40_000)}\r\n\r\n`),
      'ResponseBroken',
    ],
    ['resets', PATH, reset, 'ResponseBroken'],
    ['ends before it has said all', PATH, half, 'ResponseBroken'],
    ['does not answer', HASTY, raw(), 'ResponseTimedOut'],
    ['stops within its response', HASTY, raw(`${OK}Content-Length: 9\r\n\r\nabc`), 'ResponseTimedOut'],
  ] as const)('%s is given up, and the record says why', async ([, path, listener, reason]) => {
    await gateway.serve(listener);
    const answer = await ask(gateway, { path });
    expect(answer.isCut || [502, 504].includes(answer.status)).toBe(true);
    await expect.poll(lastDetail, POLL).toBe(reason);
  });

  test('never ends is cut at the time that the role sets', async () => {
    await gateway.serve((_request, response) => {
      const timer = setInterval(() => response.write('.'), 100);
      response.once('close', () => clearInterval(timer));
    });
    expect(await ask(gateway, { path: HASTY })).toMatchObject({ status: 200, isCut: true });
    await expect.poll(lastDetail, POLL).toBe('ResponseTimedOut');
  });
});
