import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { ask } from './upstream-client.ts';
import { HOST, KEY, say, UPSTREAM, useUpstream } from './upstream-world.ts';

const FILES = 'files.example.net';
const FILES_ADDRESS = '151.101.1.1';

const gateway = useUpstream([{ ...UPSTREAM, followRedirectsTo: [FILES] }]);

const PATH = '/upstreams/vendor/items';
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());
const lastDetail = () => recorded().at(-1)?.detail;

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
    ['one byte at a time', chunked(...KEY.split(''))],
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
