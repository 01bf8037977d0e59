import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { askTunnel, openTunnel, type ProxyAnswer, proofHeader, sendRaw } from './proxy-client.ts';
import { readRecorded } from './recorded.ts';
import { closed } from './served-world.ts';
import { POLL, useProxy } from './use-proxy.ts';

const HOST = 'allowed.example.com';
const AUTHORITY = `${HOST}:443`;
const ADDRESS = '93.184.216.34';
const MIB = 1024 * 1024;

const gateway = useProxy((spec) => {
  spec.network.allow = [
    { host: HOST },
    { host: 'capped.example.com', maxDownloadBytes: '64Ki' },
    { host: '*.named.example.com' },
  ] as typeof spec.network.allow;
  spec.budgets.egressBytesPerDay = 4 * MIB;
});

const sandbox = () => `agent-${gateway.access.from.split('.').at(-1)}`;
const recorded = () => readRecorded(gateway.records()).filter((record) => record.sandbox === sandbox());
const open = (authority = AUTHORITY) => openTunnel(gateway.access, authority, gateway.authority.certificate);

describe('a tunnel', () => {
  test('to an allowed host carries bytes both ways, and is recorded before and after', async () => {
    await gateway.world.serve(HOST, ADDRESS, (socket) => socket.pipe(socket));
    const socket = await open();
    socket.write('there and back');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toBe('there and back');
    socket.end();
    await expect
      .poll(() => recorded(), POLL)
      .toMatchObject([
        { event: 'Connect', phase: 'Intent', action: 'Allowed' },
        { event: 'Connect', phase: 'Outcome', action: 'Allowed', detail: 'Ended' },
      ]);
    expect(recorded()[1]?.rule).toBe(`spec.network.allow["${HOST}"]`);
  });

  test('to another host is refused with the rule, recorded once, and its name is never resolved', async () => {
    const { status, body } = await askTunnel(gateway.access, 'refused.example.com:443');
    expect({ status, body }).toMatchObject({
      status: 403,
      body: { decision: 'Deny', reason: 'HostNotAllowed', rule: 'spec.network.allow', level: 'Gateway' },
    });
    expect(gateway.world.resolved).not.toContain('refused.example.com');
    const destination = 'refused.example.com:443';
    await expect
      .poll(() => recorded(), POLL)
      .toMatchObject([{ action: 'Denied', detail: 'HostNotAllowed', destination }]);
  });

  test('that takes more than the destination may send is cut, and says which cap it was', async () => {
    await gateway.world.serve('capped.example.com', '93.184.216.35', (socket) =>
      socket.end(Buffer.alloc(80 * 1024)),
    );
    const socket = await open('capped.example.com:443');
    socket.resume();
    await closed(socket);
    await expect
      .poll(() => recorded().at(-1), POLL)
      .toMatchObject({ phase: 'Outcome', detail: 'DownloadCap' });
  });

  test('that sends more than is left of the day is cut before it does', async () => {
    let received = 0;
    await gateway.world.serve(HOST, ADDRESS, (socket) => {
      socket.on('data', (chunk: Buffer) => (received += chunk.length));
    });
    const socket = await open();
    const ended = closed(socket);
    socket.write(Buffer.alloc(5 * MIB));
    await ended;
    // A reset takes with it what is on its way.
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(4 * MIB);
    await expect
      .poll(() => recorded().map(({ phase, detail }) => `${phase} ${detail}`), POLL)
      .toEqual(['Intent null', 'Outcome BudgetUsedUp']);
  });

  test('is cut when its sandbox is contained, and no new one is opened', async () => {
    await gateway.world.serve(HOST, ADDRESS, (socket) => socket.write('open'));
    const socket = await open();
    await once(socket, 'data');
    gateway.containSandbox();
    await closed(socket);
    expect((await askTunnel(gateway.access, AUTHORITY)).body).toMatchObject({ reason: 'Contained' });
    await expect.poll(() => recorded().map(({ detail }) => detail), POLL).toContain('Contained');
  });
});

describe('the address of a name', () => {
  const refused: readonly (readonly [string, readonly string[]])[] = [
    ['metadata', ['169.254.169.254']],
    ['mapped', ['::ffff:169.254.169.254']],
    ['mapped-hexadecimal', ['::ffff:a9fe:a9fe']],
    ['nat64', ['64:ff9b::a9fe:a9fe']],
    ['loopback', ['127.0.0.1']],
    ['private', ['10.0.0.1']],
    ['azure', ['168.63.129.16']],
    ['one-of-two', [ADDRESS, '169.254.169.254']],
    ['node', ['192.0.2.10']],
  ];

  test.for(refused)('%s is refused, and nothing is dialled', async ([name, addresses]) => {
    const host = `${name}.named.example.com`;
    gateway.world.name(host, addresses);
    const dialled = gateway.world.dialled.length;
    const { status, body } = await askTunnel(gateway.access, `${host}:443`);
    expect({ status, body }).toMatchObject({ status: 403, body: { reason: 'AddressNotAllowed' } });
    expect(gateway.world.dialled.slice(dialled)).toEqual([]);
    await expect
      .poll(() => recorded(), POLL)
      .toMatchObject([{ phase: 'Event', detail: 'AddressNotAllowed' }]);
  });

  test('that changes between two answers is dialled as it was checked', async () => {
    const host = 'rebound.named.example.com';
    await gateway.world.serve(host, ADDRESS, (socket) => socket.end('checked'));
    gateway.world.name(host, [ADDRESS], ['127.0.0.1']);
    const socket = await open(`${host}:443`);
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toBe('checked');
    expect(gateway.world.dialled.at(-1)).toBe(ADDRESS);
    expect((await askTunnel(gateway.access, `${host}:443`)).body).toMatchObject({
      reason: 'AddressNotAllowed',
    });
  });
});

describe('who asks', () => {
  test('without a proof is asked for one', async () => {
    const { status, headers, body } = await askTunnel({ ...gateway.access, secret: null }, AUTHORITY);
    expect(status).toBe(407);
    expect(headers['proxy-authenticate']).toBe('Basic realm="cloister"');
    expect(body).toMatchObject({ reason: 'NoProof' });
    await expect.poll(() => recorded(), POLL).toMatchObject([{ detail: 'NoProof', action: 'Denied' }]);
  });

  test('with the secret of nobody is refused', async () => {
    const { status, body } = await askTunnel({ ...gateway.access, secret: 'wrong' }, AUTHORITY);
    expect({ status, body }).toMatchObject({ status: 403, body: { reason: 'ProofWrong' } });
  });

  test('from an address that no pod has is refused whatever it shows', async () => {
    const { body } = await askTunnel({ ...gateway.access, from: '127.0.9.9' }, AUTHORITY);
    expect(body).toMatchObject({ reason: 'SourceNotAPod' });
  });
});

describe('a request', () => {
  const connect = (target: string, lines: string) => (): string =>
    `CONNECT ${target} HTTP/1.1\r\n${lines}${proofHeader(gateway.access.secret)}\r\n`;
  const host = `Host: ${AUTHORITY}\r\n`;
  const refused: readonly (readonly [string, () => string, number, string])[] = [
    ['with two Host headers', connect(AUTHORITY, host + host), 400, 'RequestMalformed'],
    ['with another Host', connect(AUTHORITY, 'Host: other.example.com:443\r\n'), 400, 'RequestMalformed'],
    ['without a Host', connect(AUTHORITY, ''), 400, 'RequestMalformed'],
    ['with a length', connect(AUTHORITY, `${host}Content-Length: 5\r\n`), 400, 'RequestMalformed'],
    [
      'with an encoding',
      connect(AUTHORITY, `${host}Transfer-Encoding: chunked\r\n`),
      400,
      'RequestMalformed',
    ],
    ['with an obs-fold', connect(AUTHORITY, `${host}X-Folded: a\r\n b\r\n`), 400, 'RequestMalformed'],
    ['with a space before a colon', connect(AUTHORITY, `${host}X-Space : a\r\n`), 400, 'RequestMalformed'],
    ['with userinfo', connect(`user@${AUTHORITY}`, `Host: user@${AUTHORITY}\r\n`), 403, 'HostNotCanonical'],
    ['with a port that wraps', connect(`${HOST}:65979`, `Host: ${HOST}:65979\r\n`), 403, 'HostNotCanonical'],
    ['with a trailing dot', connect(`${HOST}.:443`, `Host: ${HOST}.:443\r\n`), 403, 'HostNotCanonical'],
    ['with an address', connect('127.0.0.1:443', 'Host: 127.0.0.1:443\r\n'), 403, 'HostNotCanonical'],
    [
      'with large headers',
      connect(AUTHORITY, `${host}X-Large: ${'a'.repeat(20_000)}\r\n`),
      400,
      'RequestMalformed',
    ],
    ['that is no HTTP', () => 'SSH-2.0-OpenSSH_9.9\r\n\r\n', 400, 'RequestMalformed'],
    [
      'of plain HTTP',
      () => `GET http://${HOST}/ HTTP/1.1\r\nHost: ${HOST}\r\n${proofHeader(gateway.access.secret)}\r\n`,
      403,
      'HTTPSOnly',
    ],
  ];

  test.for(refused)('%s is refused, once, and the connection ends', async ([, text, status, reason]) => {
    const dialled = gateway.world.dialled.length;
    const answer: ProxyAnswer = await sendRaw(gateway.access, text());
    expect({ status: answer.status, reason: answer.body?.['reason'] }).toEqual({ status, reason });
    answer.socket.resume().end();
    await closed(answer.socket);
    expect(gateway.world.dialled.length).toBe(dialled);
  });

  test('of HTTP/1.0 without a Host is served, as old clients send it', async () => {
    await gateway.world.serve(HOST, ADDRESS, (socket) => socket.end());
    const text = `CONNECT ${AUTHORITY} HTTP/1.0\r\n${proofHeader(gateway.access.secret)}\r\n`;
    const { status, socket } = await sendRaw(gateway.access, text);
    expect(status).toBe(200);
    socket.destroy();
  });
});

test('metrics count calls by kind and reason, and no host is a label', async () => {
  const text = await gateway.metrics();
  expect(text).toContain(
    'cloister_gateway_calls_total{kind="Connect",effect="Deny",reason="HostNotAllowed"}',
  );
  expect(text).not.toContain('example.com');
});
