import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { request } from 'node:https';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { ask, optionsOf } from './upstream-client.ts';
import { HOST, KEY, say, UPSTREAM, useUpstream } from './upstream-world.ts';

const FILES = 'files.example.net';
const FILES_ADDRESS = '151.101.1.1';

const gateway = useUpstream([
  { ...UPSTREAM, followRedirectsTo: [FILES] },
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

describe('the key in a response never gets to the agent, and the record says so:', () => {
  const chunked =
    (...parts: readonly (string | Buffer)[]) =>
    async (_request: IncomingMessage, response: ServerResponse) => {
      for (const part of parts) {
        response.write(part);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      response.end();
    };
  const percent = [...Buffer.from(KEY)].map((byte) => `%${byte.toString(16)}`).join('');
  const cases: readonly (readonly [string, RequestListener])[] = [
    ['in a body', say(`{"key":"${KEY}"}`)],
    ['in the body of an error', say(`no such key: ${KEY}`, {}, 401)],
    ['across chunks', chunked('<', KEY.slice(0, 7), KEY.slice(7, 20), `${KEY.slice(20)}>`)],
    ['one byte at a time', chunked(...KEY)],
    ['in base64', say(Buffer.from(JSON.stringify({ authorization: `Bearer ${KEY}` })).toString('base64'))],
    ['in base64 for URLs', say(Buffer.from(`x${KEY}y`).toString('base64url'))],
    ['percent-encoded', say(`q=${percent}&`)],
    ['as a component of a URL', say(`https://vendor.example/?key=${encodeURIComponent(KEY)}`)],
    ['in JSON with escaped slashes', say(JSON.stringify(KEY).replaceAll('/', '\\/'))],
    ['in hexadecimal digits', say(Buffer.from(KEY).toString('hex'))],
    ['in a header', say('ok', { 'x-echo': `Bearer ${KEY}` })],
    ['in a redirect', say('', { location: `https://${HOST}/v1/items?key=${KEY}` }, 302)],
  ];
  test.for(cases)('%s', async ([, listener]) => {
    await gateway.serve(listener);
    const answer = await ask(gateway, { path: PATH });
    const got = `${JSON.stringify(answer.headers)}${answer.text}`;
    for (const form of [KEY, Buffer.from(KEY).toString('hex'), percent, KEY.slice(1)]) {
      expect(got).not.toContain(form);
    }
    expect(answer.isCut || answer.status === 502).toBe(true);
    await expect.poll(lastDetail, POLL).toBe('SecretInResponse');
    expect(JSON.stringify(gateway.records())).not.toContain(KEY);
  });

  test('a compressed body is refused, and a trailer is left out', async () => {
    await gateway.serve(say(gzipSync(KEY), { 'content-encoding': 'gzip' }));
    expect((await ask(gateway, { path: PATH })).json()).toMatchObject({
      status: 502,
      reason: 'ResponseEncoded',
    });
    await gateway.serve((_request, response) => {
      response.writeHead(200, { trailer: 'x-echo' });
      response.write('ok');
      response.addTrailers({ 'x-echo': KEY });
      response.end();
    });
    expect(await ask(gateway, { path: PATH })).toMatchObject({ status: 200, text: 'ok', trailers: {} });
  });

  test('what only begins like it passes whole', async () => {
    const text = `${KEY.slice(0, -1)} and ${KEY.slice(0, 5)}`;
    await gateway.serve(say(text));
    expect(await ask(gateway, { path: PATH })).toMatchObject({ status: 200, text, isCut: false });
  });
});

test('headers of the connection, of sessions and of other places are not passed on', async () => {
  const link = `<https://${HOST}/v1/items?page=2>; rel="next", <https://other.example/>; rel="other"`;
  const headers = {
    'alt-svc': 'h3=":443"',
    'content-type': 'text/plain',
    link,
    'set-cookie': 'session=1',
    'strict-transport-security': 'max-age=1',
    'www-authenticate': 'Basic',
  };
  await gateway.serve(say('ok', headers));
  const answer = await ask(gateway, { path: PATH, headers: { host: 'cloister-gateway:8443' } });
  const { date: _date, ...passed } = answer.headers;
  expect(passed).toEqual({
    connection: expect.any(String),
    'content-type': 'text/plain',
    link: `<https://cloister-gateway:8443/upstreams/vendor/items?page=2>; rel="next", <https://other.example/>; rel="other"`,
    'transfer-encoding': 'chunked',
  });
});

describe('a redirect', () => {
  const to = (location: string, status = 302) => say('', { location }, status);

  test('to a listed host is followed, without the credential', async () => {
    const files = vi.fn();
    await gateway.serve(
      (incoming, response) => {
        files(incoming.url, incoming.headers);
        response.end('the file');
      },
      FILES,
      FILES_ADDRESS,
    );
    await gateway.serve(to(`https://${FILES}/a/file?token=1#top`));
    const answer = await ask(gateway, { path: PATH, headers: { range: 'bytes=0-', 'if-match': '"1"' } });
    expect(answer).toMatchObject({ status: 200, text: 'the file' });
    expect(files).toHaveBeenCalledExactlyOnceWith('/a/file?token=1', {
      'accept-encoding': 'identity',
      connection: 'keep-alive',
      host: FILES,
      range: 'bytes=0-',
      'user-agent': 'cloister-gateway',
    });
  });

  test('within the upstream goes back to the agent, which asks again', async () => {
    await gateway.serve(to('/v1/items/2'));
    const answer = await ask(gateway, { path: PATH, headers: { host: 'cloister-gateway:8443' } });
    expect(answer).toMatchObject({
      status: 302,
      headers: { location: 'https://cloister-gateway:8443/upstreams/vendor/items/2' },
    });
  });

  test.for([
    ['to another host', 'GET', to('https://evil.example.org/')],
    ['to HTTP', 'GET', to(`http://${FILES}/`)],
    ['to another port', 'GET', to(`https://${FILES}:8443/`)],
    ['out of the base of the upstream', 'GET', to('/admin')],
    ['with the body of a request', 'POST', to(`https://${FILES}/`, 307)],
    ['for ever', 'GET', to(`https://${FILES}/loop`)],
  ] as const)('%s is refused', async ([, method, listener]) => {
    await gateway.serve(to(`https://${FILES}/loop`), FILES, FILES_ADDRESS);
    await gateway.serve(listener);
    const answer = await ask(gateway, { path: PATH, method, body: method === 'POST' ? 'body' : '' });
    expect(answer.json()).toMatchObject({ reason: 'RedirectNotAllowed' });
    await expect.poll(lastDetail, POLL).toBe('RedirectNotAllowed');
  });
});

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
    ['resets', PATH, ((incoming) => incoming.socket.destroy()) as RequestListener, 'ResponseBroken'],
    [
      'ends before it has said all',
      PATH,
      ((incoming) => incoming.socket.end(`${OK}Content-Length: 9\r\n\r\nabc`)) as RequestListener,
      'ResponseBroken',
    ],
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
