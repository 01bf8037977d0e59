import { describe, expect, test } from 'vitest';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { ask } from './upstream-client.ts';
import { HOST, KEY, say, UPSTREAM, useUpstream } from './upstream-world.ts';

const gateway = useUpstream(
  [
    UPSTREAM,
    { ...UPSTREAM, name: 'basic', credential: 'login' },
    { ...UPSTREAM, name: 'header', credential: 'vendor-header' },
    { ...UPSTREAM, name: 'aws', credential: 'aws' },
    { ...UPSTREAM, name: 'open', credential: undefined },
    { ...UPSTREAM, name: 'unbound', credential: 'unbound' },
    { ...UPSTREAM, name: 'socket', protocol: 'WebSocket' },
    { ...UPSTREAM, name: 'private', baseURL: 'https://private.example.com' },
  ],
  [
    { name: 'login', attach: { type: 'Basic' } },
    { name: 'vendor-header', attach: { type: 'Header', header: 'X-Vendor-Key' } },
    { name: 'aws', attach: { type: 'AWSSigV4', region: 'eu-west-1', service: 'dynamodb' } },
    { name: 'unbound', attach: { type: 'Bearer' } },
  ],
);
gateway.values.set('login', { username: 'robot', password: KEY });
gateway.values.set('vendor-header', { value: KEY });
gateway.values.set('aws', { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: KEY });

const PATH = '/upstreams/vendor/items';
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());
const secret = () => gateway.access.secret as string;

describe('a request', () => {
  test('arrives with the credential and without the proof, and its response comes back', async () => {
    await gateway.serve(say('{"id":1}', { 'content-type': 'application/json', 'x-request-id': 'r' }));
    const answer = await ask(gateway, { path: `${PATH}/1?page=2` });
    expect(answer).toMatchObject({ status: 200, text: '{"id":1}', headers: { 'x-request-id': 'r' } });
    expect(gateway.received).toMatchObject([
      { method: 'GET', url: '/v1/items/1?page=2', headers: { authorization: `Bearer ${KEY}`, host: HOST } },
    ]);
    expect(JSON.stringify(gateway.received)).not.toContain(secret());
    await expect.poll(recorded, POLL).toMatchObject([
      { event: 'Upstream', phase: 'Intent', action: 'Allowed', destination: `${HOST}:443` },
      { event: 'Upstream', phase: 'Outcome', action: 'Allowed', detail: 'Answered' },
    ]);
    const lines = JSON.stringify(gateway.records());
    expect(lines).not.toContain('page=2');
    expect(lines).not.toContain(KEY);
  });

  test('is sent with its body, whole or in chunks', async () => {
    await gateway.serve(say('ok'));
    const inChunks = { 'transfer-encoding': 'chunked' };
    await ask(gateway, { path: PATH, method: 'POST', body: 'a body' });
    await ask(gateway, { path: PATH, method: 'POST', body: 'in chunks', headers: inChunks });
    expect(gateway.received.map(({ body }) => body)).toEqual(['a body', 'in chunks']);
    expect(gateway.received[0]?.headers).toMatchObject({ 'content-length': '6' });
  });

  test('keeps what the list of headers has, and nothing of the connection', async () => {
    await gateway.serve(say('ok'));
    const headers = {
      accept: 'text/plain',
      'accept-encoding': 'gzip',
      connection: 'range, close',
      cookie: 'a=b',
      expect: '100-continue',
      range: 'bytes=0-1',
      te: 'trailers',
      'x-amz-copy-source': '/other/object',
      'x-forwarded-for': '10.0.0.1',
      'x-http-method-override': 'DELETE',
    };
    await ask(gateway, { path: PATH, headers });
    expect(gateway.received[0]?.headers).toEqual({
      accept: 'text/plain',
      'accept-encoding': 'identity',
      authorization: `Bearer ${KEY}`,
      connection: 'keep-alive',
      host: HOST,
      'user-agent': 'cloister-gateway',
    });
  });

  test('uses the connection of the one before, and none of another upstream', async () => {
    await gateway.serve(say('ok'));
    const { dialled } = gateway.world;
    dialled.length = 0;
    for (let count = 0; count < 3; count += 1) await ask(gateway, { path: PATH });
    expect(dialled).toHaveLength(1);
    await ask(gateway, { path: '/upstreams/open/items' });
    expect(dialled).toHaveLength(2);
  });
});

describe('the key of the SDK', () => {
  const places: readonly (readonly [string, (key: string) => Readonly<Record<string, string>>])[] = [
    ['a bearer token', (key) => ({ authorization: `Bearer ${key}` })],
    ['a token of GitHub', (key) => ({ authorization: `token ${key}` })],
    ['x-api-key', (key) => ({ 'x-api-key': key })],
    ['the password of Basic', (key) => ({ authorization: `Basic ${btoa(`x-access-token:${key}`)}` })],
    ['the user of Basic without a password', (key) => ({ authorization: `Basic ${btoa(`${key}:`)}` })],
    [
      'the key id of AWS',
      (key) => ({
        authorization: `AWS4-HMAC-SHA256 Credential=${key}/20261129/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00`,
        'x-amz-security-token': 'whatever',
      }),
    ],
    ['the proxy header', (key) => ({ 'proxy-authorization': `Basic ${btoa(`agent:${key}`)}` })],
    ['two places', (key) => ({ authorization: `Bearer ${key}`, 'x-api-key': key })],
  ];
  test.for(places)('is taken as %s, and is not sent on', async ([, proofOf]) => {
    await gateway.serve(say('ok'));
    expect(await ask(gateway, { path: PATH, proof: proofOf(secret()) })).toMatchObject({ status: 200 });
    const { headers } = gateway.received[0] ?? {};
    expect(headers).toMatchObject({ authorization: `Bearer ${KEY}` });
    for (const [, value] of Object.entries(proofOf(secret())))
      expect(JSON.stringify(headers)).not.toContain(value);
  });

  test.for([
    [
      'two different keys',
      { authorization: 'Bearer one-key', 'x-api-key': 'another-key' },
      400,
      'ProofMalformed',
    ],
    ['a key that is another', { authorization: 'Bearer another-key' }, 403, 'ProofWrong'],
    ['no key', {}, 401, 'NoProof'],
    ['a scheme that is none', { authorization: 'Digest a=b' }, 400, 'ProofMalformed'],
  ] as const)('is refused: %s', async ([, proof, status, reason]) => {
    await gateway.serve(say('ok'));
    const answer = await ask(gateway, { path: PATH, proof: { ...proof } });
    expect({ ...answer, json: answer.json() }).toMatchObject({
      status,
      json: { reason, error: { type: reason } },
    });
    expect(gateway.received).toEqual([]);
  });
});

describe('a credential', () => {
  test.for([
    ['basic', { authorization: `Basic ${btoa(`robot:${KEY}`)}` }],
    ['header', { 'x-vendor-key': KEY }],
    ['aws', { authorization: expect.stringContaining('Credential=AKIDEXAMPLE/') }],
  ] as const)('is attached by the type of %s', async ([upstream, headers]) => {
    await gateway.serve(say('ok'));
    const asked = { path: `/upstreams/${upstream}/items`, method: 'POST', body: '{}' };
    expect(await ask(gateway, asked)).toMatchObject({ status: 200 });
    expect(gateway.received).toMatchObject([{ headers, body: '{}' }]);
  });

  test('is in place of what the agent sends under its name', async () => {
    await gateway.serve(say('ok'));
    await ask(gateway, { path: '/upstreams/header/items', headers: { 'x-vendor-key': 'mine' } });
    expect(gateway.received).toMatchObject([{ headers: { 'x-vendor-key': KEY } }]);
    await ask(gateway, { path: '/upstreams/open/items' });
    expect(gateway.received[1]?.headers).not.toHaveProperty('authorization');
  });

  test('that is missing is not left out: nothing is sent', async () => {
    await gateway.serve(say('ok'));
    const answer = await ask(gateway, { path: '/upstreams/unbound/items' });
    expect({ ...answer, json: answer.json() }).toMatchObject({
      status: 503,
      json: { reason: 'CredentialMissing' },
    });
    expect(gateway.received).toEqual([]);
    await expect.poll(recorded, POLL).toMatchObject([{ phase: 'Event', detail: 'CredentialMissing' }]);
  });
});

describe('a request is refused', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['to an upstream that the role does not have', 'GET', '/upstreams/other/items', 'UpstreamNotAllowed'],
    ['to one whose protocol is another', 'GET', '/upstreams/socket/items', 'UpstreamNotCarried'],
    ['with a method that is not listed', 'DELETE', PATH, 'MethodNotAllowed'],
    ['for a path that is not listed', 'GET', '/upstreams/vendor/admin', 'PathNotAllowed'],
    ['for a path that goes up', 'GET', `${PATH}/../admin`, 'PathNotCanonical'],
    ['for a path with an escaped slash', 'GET', `${PATH}/..%2fadmin`, 'PathNotCanonical'],
    ['for a whole URL in the path', 'GET', `${PATH}/https://evil.example.org/`, 'PathNotCanonical'],
    ['for a signed URL', 'GET', `${PATH}?X-Amz-Signature=00`, 'RequestMalformed'],
    ['at a name with a private address', 'GET', '/upstreams/private/items', 'AddressNotAllowed'],
  ];
  test.for(cases)('%s', async ([, method, path, reason]) => {
    await gateway.serve(say('ok'));
    gateway.world.name('private.example.com', ['10.0.0.1']);
    const answer = await ask(gateway, { path, method });
    expect(answer.json()).toMatchObject({ reason });
    expect(gateway.received).toEqual([]);
    await expect.poll(recorded, POLL).toMatchObject([{ phase: 'Event', action: 'Denied', detail: reason }]);
  });
});
