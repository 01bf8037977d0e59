import { describe, expect, test } from 'vitest';
import { readRecorded } from '../recorded.ts';
import { POLL } from '../use-proxy.ts';
import { ask } from './upstream-client.ts';
import { HOST, KEY, say, UPSTREAM, useUpstream } from './upstream-world.ts';

const ATTACHES = [
  ['Bearer', { type: 'Bearer' }, ['value']],
  ['Header', { type: 'Header', header: 'X-Vendor-Key' }, ['value']],
  ['Basic', { type: 'Basic' }, ['username', 'password']],
  [
    'AWSSigV4',
    { type: 'AWSSigV4', region: 'eu-west-1', service: 'dynamodb' },
    ['accessKeyId', 'secretAccessKey'],
  ],
] as const;

const gateway = useUpstream(
  [
    UPSTREAM,
    ...ATTACHES.map(([type]) => ({ ...UPSTREAM, name: type.toLowerCase(), credential: type.toLowerCase() })),
  ],
  ATTACHES.map(([type, attach]) => ({ name: type.toLowerCase(), attach })),
  { egressBytesPerDay: 6_000_000 },
);

const PATH = '/upstreams/vendor/items';
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const secret = () => gateway.access.secret as string;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());
const lastDetail = () => recorded().at(-1)?.detail;

describe('a header of the connection', () => {
  test.for([
    ['Expect', { expect: '100-continue' }],
    ['TE', { te: 'trailers, deflate;q=0.5', connection: 'TE' }],
    ['Trailer', { trailer: 'x-amz-meta', 'transfer-encoding': 'chunked' }],
    ['Keep-Alive', { 'keep-alive': 'timeout=1000' }],
    ['Proxy-Connection', { 'proxy-connection': 'keep-alive' }],
    ['Connection that names the proof', { connection: 'authorization, host, content-length, x-vendor-key' }],
  ] as const)('is not sent on: %s', async ([, headers]) => {
    await gateway.serve(say('ok'));
    const asked = { path: PATH, method: 'POST', body: 'a body', headers: { ...headers } };
    expect(await ask(gateway, asked)).toMatchObject({ status: 200, text: 'ok' });
    const [received] = gateway.received;
    expect(received).toMatchObject({
      body: 'a body',
      headers: { host: HOST, authorization: `Bearer ${KEY}`, connection: 'keep-alive' },
    });
    for (const name of ['expect', 'te', 'trailer', 'keep-alive', 'proxy-connection', 'upgrade'])
      expect(received?.headers).not.toHaveProperty(name);
  });

  test('takes with it what Connection names', async () => {
    await gateway.serve(say('ok'));
    const headers = { connection: 'content-type, X-GitHub-Api-Version', 'content-type': 'text/plain' };
    await ask(gateway, {
      path: PATH,
      method: 'POST',
      body: 'a body',
      headers: { ...headers, 'x-github-api-version': '1' },
    });
    expect(gateway.received[0]?.headers).not.toHaveProperty('content-type');
    expect(gateway.received[0]?.headers).not.toHaveProperty('x-github-api-version');
  });

  test.for(['websocket', 'h2c', 'TLS/1.0'])('that asks for %s is refused, and says why', async (protocol) => {
    await gateway.serve(say('ok'));
    const headers = {
      connection: 'upgrade',
      upgrade: protocol,
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    };
    const answer = await ask(gateway, { path: PATH, headers });
    expect({ ...answer, json: answer.json() }).toMatchObject({
      status: 403,
      json: { reason: 'UpstreamNotCarried', message: expect.stringContaining('no WebSocket') },
    });
    expect(gateway.received).toEqual([]);
    await expect.poll(recorded, POLL).toMatchObject([{ phase: 'Event', detail: 'UpstreamNotCarried' }]);
  });

  test('with an expectation that nobody meets is refused', async () => {
    await gateway.serve(say('ok'));
    expect(await ask(gateway, { path: PATH, headers: { expect: 'the-unexpected' } })).toMatchObject({
      status: 417,
    });
    expect(gateway.received).toEqual([]);
  });
});

describe('two proofs at once are refused:', () => {
  test.for([
    ['two headers of one name', { authorization: ['Bearer one', 'Bearer two'] }],
    ['the secret, and another beside it', { 'api-key': 'another' }],
    ['another key of a vendor', { 'x-goog-api-key': 'another' }],
    ['another token of GitLab', { 'private-token': 'another' }],
    ['another password of the proxy', { 'proxy-authorization': `Basic ${btoa('agent:another')}` }],
  ] as const)('%s', async ([, headers]) => {
    await gateway.serve(say('ok'));
    const own = 'authorization' in headers ? {} : { authorization: `Bearer ${secret()}` };
    const answer = await ask(gateway, { path: PATH, proof: {}, headers: { ...own, ...headers } as never });
    expect({ ...answer, json: answer.json() }).toMatchObject({
      status: 400,
      json: { reason: 'ProofMalformed' },
    });
    expect(gateway.received).toEqual([]);
  });
});

describe('an upload', () => {
  test('over the budget of the day ends at the upstream, and says why', async () => {
    await gateway.serve(say('ok'));
    const headers = { 'transfer-encoding': 'chunked' };
    const answer = await ask(gateway, {
      path: PATH,
      method: 'PUT',
      headers,
      body: Buffer.alloc(8_000_000, 'x'),
    }).catch((error: unknown) => ({ status: 0, error }));
    expect([0, 429]).toContain(answer.status);
    expect(gateway.received).toEqual([]);
    await expect.poll(lastDetail, POLL).toBe('BudgetUsedUp');
  });

  test.for([
    ['with its length', {}],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('that is signed and larger than may be is refused %s', async ([, headers]) => {
    await gateway.serve(say('ok'));
    const body = Buffer.alloc(4_500_000, 'x');
    const asked = { path: '/upstreams/awssigv4/items', method: 'PUT', body, headers: headers as never };
    const answer = await ask(gateway, asked).catch(() => ({ status: 0 }));
    expect([0, 413]).toContain(answer.status);
    expect(gateway.received).toEqual([]);
    await expect.poll(lastDetail, POLL).toBe('RequestTooLarge');
  });
});

describe.for(ATTACHES)('a secret for %s', ([type, , names]) => {
  test.for([
    ['a line feed at its end', `${KEY}\n`],
    ['a header in it', `${KEY}\r\nX-Injected: 1`],
    ['NUL in it', `${KEY}\0more`],
    ['a line separator of Unicode', `${KEY}\u2028more`],
  ])('that has %s is not sent, and not told', async ([, value = '']) => {
    const name = type.toLowerCase();
    const [first = '', second] = names;
    gateway.values.set(
      name,
      second === undefined ? { [first]: value } : { [first]: 'ROBOT', [second]: value },
    );
    await gateway.serve(say('ok'));
    const answer = await ask(gateway, { path: `/upstreams/${name}/items` });
    expect({ ...answer, json: answer.json() }).toMatchObject({
      status: 503,
      json: { reason: 'CredentialUnusable' },
    });
    expect(answer.text).not.toContain(KEY);
    expect(gateway.received).toEqual([]);
    await expect.poll(recorded, POLL).toMatchObject([{ phase: 'Event', detail: 'CredentialUnusable' }]);
    expect(JSON.stringify(gateway.records())).not.toContain(KEY);
  });
});
