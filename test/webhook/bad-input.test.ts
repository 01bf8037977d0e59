import { connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { buildAdmissionReview } from '../build/admission-review.ts';
import { type RunningWebhook, type RunOptions, runWebhook } from './running-webhook.ts';

let webhook: RunningWebhook | undefined;

async function start(options: RunOptions = {}): Promise<RunningWebhook> {
  webhook = await runWebhook(options);
  return webhook;
}

afterEach(async () => {
  await webhook?.stop();
  webhook = undefined;
});

const request = (changes: Record<string, unknown>) => {
  const review = buildAdmissionReview();
  return JSON.stringify({ ...review, request: { ...review.request, ...changes } });
};

describe('a body that is not a review is rejected with 400 and the reason', () => {
  test.for([
    ['nothing', '', 'the body is empty'],
    ['not JSON', '{"kind": "AdmissionReview"', 'not JSON'],
    ['a list', '[]', 'not a JSON object'],
    ['null', 'null', 'not a JSON object'],
    ['another kind', '{"apiVersion":"admission.k8s.io/v1","kind":"Pod"}', 'kind is "Pod"'],
    ['no version', '{"kind":"AdmissionReview"}', 'apiVersion is not set'],
    ['the old version', '{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview"}', 'v1beta1'],
    ['no request', '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}', 'request is not set'],
    ['no uid', request({ uid: undefined }), 'request.uid is not set'],
    ['an empty uid', request({ uid: '' }), 'request.uid is not set'],
    ['a number as uid', request({ uid: 7 }), 'request.uid is not set'],
    ['a uid without end', request({ uid: 'x'.repeat(200) }), 'longer than 128'],
    ['an unknown operation', request({ operation: 'PATCH' }), 'operation is "PATCH"'],
    ['a resource as text', request({ resource: 'pods' }), 'request.resource'],
    ['a kind without kind', request({ kind: { group: '', version: 'v1' } }), 'request.kind'],
    ['a list as namespace', request({ namespace: ['a'] }), 'request.namespace'],
    ['null as name', request({ name: null }), 'request.name'],
    ['a number as the uid of the user', request({ userInfo: { uid: 7 } }), 'request.userInfo'],
    ['a list as extra', request({ userInfo: { extra: ['a'] } }), 'request.userInfo'],
    ['text in extra', request({ userInfo: { extra: { a: 'b' } } }), 'request.userInfo'],
    ['numbers in extra', request({ userInfo: { extra: { a: [1] } } }), 'request.userInfo'],
    ['groups as text', request({ userInfo: { groups: 'system:masters' } }), 'request.userInfo'],
  ] as const)('%s', async ([, body, why]) => {
    const { client } = await start();
    const { status, text } = await client.send('/decide', body);
    expect({ status, lines: text.trimEnd().split('\n').length }).toEqual({ status: 400, lines: 1 });
    expect(text).toContain(why);
  });

  test('what is not JSON is not quoted back, since it may hold a secret', async () => {
    const { client } = await start();
    expect((await client.send('/decide', 'hunter2')).text).not.toContain('hunter');
  });
});

describe('what is not read', () => {
  test.for([
    ['text/plain', {}],
    ['application/jsonp', {}],
    ['application/yaml', {}],
    ['application/json; charset=latin1', {}],
    ['application/json', { 'Content-Encoding': 'gzip' }],
  ] as const)('%s %o is rejected with 415', async ([type, headers]) => {
    const { client } = await start();
    const answer = await client.send('/decide', request({}), { 'Content-Type': type, ...headers });
    expect(answer.status).toBe(415);
  });

  test('application/json; charset=utf-8 is read', async () => {
    const { client } = await start();
    const answer = await client.send('/decide', request({}), {
      'Content-Type': 'application/json; charset=utf-8',
    });
    expect(answer.status).toBe(200);
  });

  test.for(['/', '/decide/x', '/validate'])('%s is 404', async (path) => {
    const { client } = await start();
    expect((await client.send(path, request({}))).status).toBe(404);
  });

  test('a malformed path is rejected without a stack', async () => {
    const { client } = await start();
    const answer = await client.send('/%ff', request({}));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain(' at ');
  });
});

describe('limits', () => {
  test('a body over the limit is rejected with 413, by its length', async () => {
    const { client } = await start({ limits: { maxBodyBytes: 1_000 } });
    const { status, headers } = await client.send('/decide', request({ name: 'x'.repeat(1_000) }));
    expect({ status, connection: headers.connection }).toEqual({ status: 413, connection: 'close' });
  });

  test('and in chunks of unknown length, when it passes the limit', async () => {
    const { port, authority } = await start({ limits: { maxBodyBytes: 1_000 } });
    const socket = await open(port, authority.certificate);
    socket.write(head('Transfer-Encoding: chunked'));
    socket.write(`400\r\n${'x'.repeat(1_024)}\r\n`);
    expect(await readStatus(socket)).toBe(413);
  });

  test('a body that does not arrive is rejected with 408, and its room is free again', async () => {
    const { port, authority, client } = await start({
      limits: { deadlineMilliseconds: 100, maxRequestsInFlight: 1 },
    });
    const socket = await open(port, authority.certificate);
    socket.write(`${head('Content-Length: 1000')}{`);
    expect(await readStatus(socket)).toBe(408);
    expect((await client.review('/decide', buildAdmissionReview())).response.allowed).toBe(true);
  });

  test('headers that do not end are rejected', async () => {
    const { port, authority } = await start({ limits: { headersMilliseconds: 200 } });
    const socket = await open(port, authority.certificate);
    socket.write('POST /decide HTTP/1.1\r\nHost: webhook\r\nX-Slow: ');
    expect(await readStatus(socket)).toBe(408);
  });

  test.for([
    ['one review more than the limit', { maxRequestsInFlight: 1 }],
    ['a body for which there is no room', { maxBufferedBytes: 600 }],
  ] as const)('%s is rejected with 503 and Retry-After', async ([, limits]) => {
    const { port, authority, client, registry } = await start({ limits });
    const socket = await open(port, authority.certificate);
    socket.write(`${head('Content-Length: 1000')}${' '.repeat(500)}`);
    await waitFor(async () => (await registry.metrics()).includes('cloister_admission_in_flight 1'));
    const refused = await client.send('/decide', request({}));
    expect({ status: refused.status, retry: refused.headers['retry-after'] }).toEqual({
      status: 503,
      retry: '1',
    });
    socket.destroy();
    await waitFor(async () => (await registry.metrics()).includes('cloister_admission_in_flight 0'));
    expect((await client.send('/decide', request({}))).status).toBe(200);
  });

  // More than the 64 MiB that the chart's memory limit holds: the eleventh body does not fit.
  test('of sixteen clients with 6.4 MiB each, those for which there is no room are rejected', async () => {
    const { port, authority, client, registry } = await start({ limits: { deadlineMilliseconds: 60_000 } });
    const bytes = Math.floor(6.4 * 1024 * 1024);
    const statuses: number[] = [];
    const sockets = await Promise.all(Array.from({ length: 16 }, () => open(port, authority.certificate)));
    for (const socket of sockets) {
      socket.once('data', (chunk: Buffer) => statuses.push(statusOf(chunk)));
      socket.on('error', () => undefined);
      // All but the last byte: what is admitted stays in the memory.
      socket.write(head(`Content-Length: ${bytes}`));
      socket.write(Buffer.alloc(bytes - 1, ' '));
    }
    await expect.poll(() => statuses.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(6);
    expect(new Set(statuses)).toEqual(new Set([503]));
    for (const socket of sockets) socket.destroy();
    await waitFor(async () => (await registry.metrics()).includes('cloister_admission_in_flight 0'));
    expect((await client.send('/decide', request({}))).status).toBe(200);
  }, 30_000);

  test('clients that go away in the middle leave nothing behind', async () => {
    const { port, authority, registry } = await start();
    const sockets: TLSSocket[] = [];
    for (let count = 0; count < 20; count += 1) {
      const socket = await open(port, authority.certificate);
      socket.write(`${head('Content-Length: 1000')}{`);
      sockets.push(socket);
    }
    await waitFor(async () => (await registry.metrics()).includes('cloister_admission_in_flight 20'));
    for (const socket of sockets) socket.destroy();
    await waitFor(async () => (await registry.metrics()).includes('cloister_admission_in_flight 0'));
  });
});

function head(field: string): string {
  return `POST /decide HTTP/1.1\r\nHost: webhook\r\nContent-Type: application/json\r\n${field}\r\n\r\n`;
}

function open(port: number, ca: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca }, () => resolve(socket));
    socket.on('error', reject);
  });
}

function readStatus(socket: TLSSocket): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.once('data', (chunk: Buffer) => {
      socket.destroy();
      resolve(statusOf(chunk));
    });
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
}

function statusOf(answer: Buffer): number {
  return Number(answer.toString('latin1').split(' ')[1]);
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  await expect.poll(condition, { timeout: 4_000 }).toBe(true);
}
