import { Agent } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { GATE_PROTOCOL } from '../../src/lib/gate-protocol.ts';
import { readRecorded } from './recorded.ts';
import { askTools, type ToolAccess } from './tool-client.ts';
import { POLL, useProxy } from './use-proxy.ts';

const HOST = 'www.example.com';
const ADDRESS = '93.184.216.34';
const NEVER = { when: 'Never' };

const gateway = useProxy((spec) => {
  spec.tools = [
    {
      name: 'read_file',
      executor: 'Agent',
      capabilities: ['file:read'],
      paths: [{ argument: '/path', allow: ['/data/reports'], deny: ['/data/reports/private'] }],
      confirmation: NEVER,
    },
    {
      name: 'search',
      executor: 'Fetch',
      capabilities: ['net:http:get'],
      domains: [{ argument: '/url', allow: ['*.example.com'], deny: ['internal.example.com'] }],
      maxResponseSize: '1Ki',
      confirmation: NEVER,
    },
    { name: 'rare', executor: 'Agent', capabilities: [], maxRequestsPerMinute: 6, confirmation: NEVER },
    {
      name: 'asks',
      executor: 'Agent',
      capabilities: [],
      confirmation: { when: 'Always', approvers: [{ group: 'sre' }] },
    },
  ] as unknown as typeof spec.tools;
});

const access = (): ToolAccess => ({
  ...gateway.access,
  port: gateway.ports.api,
  authorities: gateway.authority.certificate,
});
const authorize = (tool: string, args: object) =>
  askTools(access(), { path: '/v1/authorize', body: { tool, arguments: args } });
const fetchURL = (url: string) =>
  askTools(access(), { path: '/v1/fetch', body: { tool: 'search', arguments: { url } } });
const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());

/** Answers every request on a connection with the same bytes. */
const answering = (text: string) => (socket: Socket) => socket.once('data', () => socket.end(text));
const page = (body: string) =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;

describe('authorize', () => {
  test('allows what the role allows, says by which rule and how much is left, and records it', async () => {
    const { status, body } = await authorize('read_file', { path: '/data/reports/a.txt' });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { decision: 'Allow', reason: null, level: 'Pod', remaining: 9 },
    });
    expect(String(body['rule'])).toContain('spec.tools["read_file"]');
    await expect.poll(() => recorded(), POLL).toMatchObject([{ event: 'Authorize', action: 'Allowed' }]);
  });

  const denied: readonly (readonly [string, string, object, string])[] = [
    ['a path beside the allowed one', 'read_file', { path: '/data/reports-evil' }, 'PathNotAllowed'],
    ['a path that goes up', 'read_file', { path: '/data/reports/../secrets' }, 'PathNotCanonical'],
    [
      'an argument that nothing covers',
      'read_file',
      { path: '/data/reports', mode: 'w' },
      'ArgumentNotCovered',
    ],
    ['a tool that the role does not have', 'write_file', {}, 'ToolNotAllowed'],
    ['a tool that a person has to confirm', 'asks', {}, 'ConfirmationRequired'],
  ];
  test.for(denied)('refuses %s', async ([, tool, args, reason]) => {
    const { status, body } = await authorize(tool, args);
    expect({ status, body }).toMatchObject({ status: 200, body: { reason } });
    expect(body['decision']).toBe(reason === 'ConfirmationRequired' ? 'Ask' : 'Deny');
    await expect.poll(() => recorded(), POLL).toMatchObject([{ event: 'Authorize', detail: reason }]);
  });

  test('counts every attempt, and says when to try again', async () => {
    expect((await authorize('rare', { unknown: 1 })).body).toMatchObject({ reason: 'ArgumentNotCovered' });
    const { status, headers, body } = await authorize('rare', {});
    expect({ status, body }).toMatchObject({
      status: 429,
      body: { reason: 'RateReached', rule: 'spec.tools["rare"].maxRequestsPerMinute', remaining: 0 },
    });
    expect(headers['retry-after']).toBe('10');
    await expect.poll(() => recorded().at(-1), POLL).toMatchObject({ detail: 'RateReached' });
  });
});

describe('fetch', () => {
  test('returns what an allowed host answers', async () => {
    await gateway.world.serve(HOST, ADDRESS, answering(page('found')));
    const { status, body } = await fetchURL(`https://${HOST}/search?q=secret`);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { decision: 'Allow', response: { status: 200, encoding: 'utf-8', body: 'found' } },
    });
    await expect
      .poll(() => recorded(), POLL)
      .toMatchObject([
        { event: 'Fetch', phase: 'Intent', action: 'Allowed' },
        { event: 'Fetch', phase: 'Outcome', action: 'Allowed' },
      ]);
    expect(JSON.stringify(gateway.records())).not.toContain('q=secret');
  });

  const redirect = (to: string) =>
    `HTTP/1.1 302 Found\r\nLocation: ${to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
  test.for([
    ['another host', 'https://other.example.org/', 'HostNotAllowed'],
    ['the metadata address', 'https://169.254.169.254/latest/', 'URLNotCanonical'],
    ['a denied host', 'https://internal.example.com/', 'HostNotAllowed'],
    ['plain HTTP', 'http://www.example.com/', null],
  ] as const)('does not follow a redirect to %s', async ([, to, reason]) => {
    await gateway.world.serve(HOST, ADDRESS, answering(redirect(to)));
    const dialled = gateway.world.dialled.length;
    const { status, body } = await fetchURL(`https://${HOST}/`);
    expect(status).not.toBe(200);
    if (reason !== null) expect(body).toMatchObject({ reason });
    expect(gateway.world.dialled.slice(dialled)).toEqual([ADDRESS]);
    await expect.poll(() => recorded().at(-1), POLL).toMatchObject({ phase: 'Outcome', action: 'Denied' });
  });

  test('passes a response of the cap, and refuses one of a byte more', async () => {
    await gateway.world.serve(HOST, ADDRESS, answering(page('a'.repeat(1024))));
    expect((await fetchURL(`https://${HOST}/`)).status).toBe(200);
    await gateway.world.serve(HOST, ADDRESS, answering(page('a'.repeat(1025))));
    const { status, body } = await fetchURL(`https://${HOST}/`);
    expect({ status, body }).toMatchObject({
      status: 502,
      body: { reason: 'ResponseTooLarge', rule: 'spec.tools["search"].maxResponseSize' },
    });
  });

  test('is not made for a tool that the agent runs itself', async () => {
    const { body } = await askTools(access(), {
      path: '/v1/fetch',
      body: { tool: 'read_file', arguments: { path: '/data/reports' } },
    });
    expect(body).toMatchObject({ decision: 'Deny' });
  });
});

describe('a request that cannot be read', () => {
  const text = (body: string) => Buffer.from(body);
  const refused: readonly (readonly [string, Buffer, number, string])[] = [
    ['is no JSON', text('{'), 400, 'RequestMalformed'],
    ['is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400, 'RequestMalformed'],
    ['has a key twice', text('{"tool":"a","tool":"rare","arguments":{}}'), 400, 'RequestMalformed'],
    [
      'is 1,000 deep',
      text(`{"tool":"rare","arguments":{"a":${'['.repeat(1_000)}${']'.repeat(1_000)}}}`),
      400,
      'RequestMalformed',
    ],
    [
      'has a number that does not round-trip',
      text('{"tool":"rare","arguments":{"a":1e400}}'),
      400,
      'RequestMalformed',
    ],
    ['has another field', text('{"tool":"rare","arguments":{},"role":"admin"}'), 400, 'RequestMalformed'],
    ['is too large', Buffer.alloc(300_000, 0x20), 413, 'RequestMalformed'],
  ];
  test.for(refused)('since it %s is refused', async ([, body, status, reason]) => {
    const answer = await askTools(access(), { path: '/v1/authorize', body });
    expect({ status: answer.status, reason: answer.body['reason'] }).toEqual({ status, reason });
  });

  test.for([
    ['another method', { method: 'PUT' }, 405],
    ['an override of the method', { method: 'GET', headers: { 'X-HTTP-Method-Override': 'POST' } }, 405],
    ['another media type', { headers: { 'Content-Type': 'text/plain' } }, 415],
    ['another path', { path: '/v1/authorize/' }, 404],
    ['an absolute target', { path: 'https://cloister-gateway/v1/authorize' }, 404],
  ] as const)('since it has %s is refused', async ([, changes, status]) => {
    const body = { tool: 'rare', arguments: {} };
    expect((await askTools(access(), { path: '/v1/authorize', body, ...changes })).status).toBe(status);
  });
});

describe('a connection', () => {
  test('of a caller that was identified is used again', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const kept = { ...access(), agent };
    for (let call = 0; call < 3; call += 1) {
      const answer = await askTools(kept, {
        path: '/v1/authorize',
        body: { tool: 'read_file', arguments: { path: '/data/reports' } },
      });
      expect(answer.headers['connection']).toBe('keep-alive');
    }
    agent.destroy();
  });

  test('of nobody ends with the answer', async () => {
    const answer = await askTools(
      { ...access(), secret: null },
      {
        path: '/v1/authorize',
        body: { tool: 'read_file', arguments: { path: '/data/reports' } },
      },
    );
    expect(answer).toMatchObject({
      status: 401,
      headers: { connection: 'close' },
      body: { reason: 'NoProof' },
    });
    expect(answer.headers['www-authenticate']).toContain('Bearer');
  });

  test('answers no request that was sent before the answer to the one before', async () => {
    const body = JSON.stringify({ tool: 'read_file', arguments: { path: '/data/reports' } });
    const { from, secret, port } = access();
    const one = [
      'POST /v1/authorize HTTP/1.1',
      'Host: cloister-gateway',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      `Authorization: Basic ${btoa(`agent:${secret}`)}`,
      '',
      body,
    ].join('\r\n');
    const socket = connectTls({
      socket: connect({ host: '127.0.0.1', port, localAddress: from }),
      ca: gateway.authority.certificate,
      servername: GATE_PROTOCOL.host,
    });
    socket.write(one + one);
    let answered = '';
    for await (const chunk of socket.setEncoding('utf8')) answered += String(chunk);
    expect(answered.match(/HTTP\/1\.1/g)).toEqual(['HTTP/1.1']);
  });
});
