import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { ask } from './upstream-client.ts';
import { HOST, KEY, say, UPSTREAM, useUpstream } from './upstream-world.ts';

const FILES = 'files.example.net';
const PASSWORD = 'p&ss"word/of+the=robot';
const SHORT = 'pin-7';
const TOKEN = 'IQoJb3JpZ2luX2VjEXAMPLETOKEN/+abc==';

const gateway = useUpstream(
  [
    { ...UPSTREAM, name: 'bearer', followRedirectsTo: [FILES] },
    { ...UPSTREAM, name: 'header', credential: 'header' },
    { ...UPSTREAM, name: 'scheme', credential: 'scheme' },
    { ...UPSTREAM, name: 'pair', credential: 'pair' },
    { ...UPSTREAM, name: 'cookie', credential: 'cookie' },
    { ...UPSTREAM, name: 'basic', credential: 'basic' },
    { ...UPSTREAM, name: 'login', credential: 'login' },
    { ...UPSTREAM, name: 'short', credential: 'short' },
    { ...UPSTREAM, name: 'aws', credential: 'aws' },
  ],
  [
    { name: 'header', attach: { type: 'Header', header: 'X-Vendor-Key' } },
    { name: 'scheme', attach: { type: 'Header', header: 'Authorization' } },
    { name: 'pair', attach: { type: 'Header', header: 'Authorization' } },
    { name: 'cookie', attach: { type: 'Header', header: 'X-Vendor-Key' } },
    { name: 'basic', attach: { type: 'Basic' } },
    { name: 'login', attach: { type: 'Basic' } },
    { name: 'short', attach: { type: 'Basic' } },
    { name: 'aws', attach: { type: 'AWSSigV4', region: 'eu-west-1', service: 'dynamodb' } },
  ],
);
gateway.values.set('header', { value: KEY });
gateway.values.set('scheme', { value: `Token ${KEY}` });
gateway.values.set('pair', { value: `ApiKey robot:${KEY}` });
gateway.values.set('cookie', { value: `session=${KEY}; theme=dark` });
gateway.values.set('basic', { username: 'robot', password: PASSWORD });
gateway.values.set('login', { value: `robot:${PASSWORD}` });
gateway.values.set('short', { username: 'robot', password: SHORT });
gateway.values.set('aws', { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: KEY, sessionToken: TOKEN });

const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const percent = (text: string): string => Buffer.from(text).toString('hex').replaceAll(/../g, '%$&');

/** What an upstream can find of the credential in a request, and tell again. */
const SECRETS: readonly (readonly [string, string, string])[] = [
  ['the key of Bearer', 'bearer', KEY],
  ['the key of a header', 'header', KEY],
  ['the key of a header behind a scheme', 'scheme', KEY],
  ['the key of a header behind an id', 'pair', KEY],
  ['the key of a header between other values', 'cookie', KEY],
  ['the password of Basic', 'basic', PASSWORD],
  ['both parts of Basic', 'basic', `robot:${PASSWORD}`],
  ['the password of Basic that is bound as one value', 'login', PASSWORD],
  ['both parts of Basic that are bound as one value', 'login', `robot:${PASSWORD}`],
  ['both parts of Basic with a short password', 'short', `robot:${SHORT}`],
  ['the secret key of AWS', 'aws', KEY],
  ['the session token of AWS', 'aws', TOKEN],
];

const WRITERS: readonly (readonly [string, (secret: string) => string])[] = [
  ['as it is', (secret) => secret],
  ['in base64', base64],
  ['in base64 one byte later', (secret) => base64(`.${secret}`)],
  ['in base64 two bytes later', (secret) => base64(`..${secret}.`)],
  ['in base64 for URLs', (secret) => Buffer.from(secret).toString('base64url')],
  ['percent-encoded', percent],
  ['as a component of a URL', encodeURIComponent],
  ['escaped in JSON', (secret) => JSON.stringify(secret)],
];

/** Writes the text in pieces that the gateway gets one by one. */
const inPieces =
  (text: string, length: number) =>
  async (_request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (let start = 0; start < text.length; start += length) {
      response.write(text.slice(start, start + length));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    response.end();
  };

/** Every place where an upstream can put a text. */
const PLACES: readonly (readonly [string, (text: string) => RequestListener])[] = [
  ['in a body', (text) => say(`<${text}>`)],
  ['across the edges of chunks', (text) => inPieces(`<${text}>`, Math.ceil(text.length / 3))],
  ['in the body of an error', (text) => say(`no such key: ${text}`, {}, 401)],
  ['in a header', (text) => say('ok', { 'x-echo': `a ${text}` })],
  ['in a redirect to itself', (text) => say('', { location: `/v1/items?key=${text}` }, 302)],
];

/** Asks, and expects that nothing of it got to the agent. */
async function expectNothing(path: string, written: string, secret: string): Promise<void> {
  const answer = await ask(gateway, { path });
  const got = `${JSON.stringify(answer.headers)}${answer.text}`;
  for (const text of [written, secret]) expect(got).not.toContain(text);
  expect(answer.isCut || answer.status === 502, written).toBe(true);
}

/** That each of so many calls was written ahead and ended with the reason, without the secrets. */
async function expectRecords(calls: number): Promise<void> {
  await expect.poll(() => recorded().length, POLL).toBe(2 * calls);
  const ends = recorded().flatMap(({ phase, detail }) => (phase === 'Outcome' ? detail : []));
  expect(ends).toEqual(Array.from({ length: calls }, () => 'SecretInResponse'));
  const lines = JSON.stringify(gateway.records());
  for (const secret of [KEY, PASSWORD, TOKEN]) expect(lines).not.toContain(secret);
}

describe('never gets to the agent, however it is written:', () => {
  test.for(SECRETS)('%s', async ([, upstream, secret]) => {
    for (const [, write] of WRITERS) {
      const written = write(secret);
      await gateway.serve(say(`<${written}>`));
      await expectNothing(`/upstreams/${upstream}/items`, written, secret);
    }
    await expectRecords(WRITERS.length);
  });
});

describe('no secret gets to the agent', () => {
  test.for(PLACES)('%s', async ([, listener]) => {
    for (const [, upstream, secret] of SECRETS) {
      const written = /["&]/.test(secret) ? base64(secret) : secret;
      await gateway.serve(listener(written));
      await expectNothing(`/upstreams/${upstream}/items`, written, secret);
    }
    await expectRecords(SECRETS.length);
  });
});

describe('a response', () => {
  const path = '/upstreams/bearer/items';

  test.for([
    ['gzip', gzipSync(KEY)],
    ['deflate', deflateSync(KEY)],
    ['br', brotliCompressSync(KEY)],
    ['gzip, identity', gzipSync(KEY)],
    ['rot13', Buffer.from('xrl')],
  ] as const)('that is encoded by "%s" is refused', async ([encoding, body]) => {
    await gateway.serve(say(body, { 'content-encoding': encoding }));
    expect((await ask(gateway, { path })).json()).toMatchObject({ status: 502, reason: 'ResponseEncoded' });
    await expect.poll(() => recorded().at(-1)?.detail, POLL).toBe('ResponseEncoded');
  });

  test('has no trailers for the agent', async () => {
    await gateway.serve((_request, response) => {
      response.writeHead(200, { trailer: 'x-echo' }).write('ok');
      response.addTrailers({ 'x-echo': KEY });
      response.end();
    });
    const answer = await ask(gateway, { path });
    expect(answer).toMatchObject({ status: 200, text: 'ok', trailers: {} });
    expect(JSON.stringify(answer.headers)).not.toContain('x-echo');
  });

  test('has no reason phrase and no interim response for the agent', async () => {
    await gateway.serve(({ socket }) => {
      socket.write(`HTTP/1.1 103 ${KEY}\r\nX-Echo: ${KEY}\r\n\r\nHTTP/1.1 200 ${KEY}\r\n`);
      socket.write('Content-Length: 2\r\n\r\nok');
    });
    const answer = await ask(gateway, { path });
    expect(answer).toMatchObject({ status: 200, text: 'ok' });
    expect(JSON.stringify(answer)).not.toContain(KEY);
  });

  test('that redirects to a listed host with the key in the URL does not tell it there', async () => {
    const asked = vi.fn();
    await gateway.serve(
      (incoming, response) => {
        asked(incoming.url);
        response.end('the file');
      },
      FILES,
      '151.101.1.1',
    );
    await gateway.serve(say('', { location: `https://${FILES}/?key=${encodeURIComponent(KEY)}` }, 302));
    await expectNothing(path, encodeURIComponent(KEY), KEY);
    await expectRecords(1);
    expect(asked).not.toHaveBeenCalled();
    expect(gateway.received).toMatchObject([{ headers: { host: HOST } }]);
  });

  test('with the words around the key of a header passes: they are no secret', async () => {
    const words = 'ApiKey robot Token session theme=dark';
    await gateway.serve(say(words));
    for (const upstream of ['scheme', 'pair', 'cookie'])
      expect((await ask(gateway, { path: `/upstreams/${upstream}/items` })).text).toBe(words);
  });

  test('with the signature of AWS passes: it is no secret', async () => {
    await gateway.serve((incoming, response) => response.end(incoming.headers.authorization));
    const answer = await ask(gateway, { path: '/upstreams/aws/items' });
    expect(answer.text).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/.*, Signature=[0-9a-f]{64}$/);
  });
});
