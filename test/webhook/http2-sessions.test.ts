import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect as connectPlain } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { createLog } from '../../src/lib/log.ts';
import { ALLOWED } from '../../src/webhook/admission-verdict.ts';
import { drain } from '../../src/serve/drain.ts';
import { buildAdmissionReview } from '../build/admission-review.ts';
import { createHttp2ReviewClient, type Http2ReviewClient, readAnswer } from './http2-review-client.ts';
import { type RunningWebhook, type RunOptions, runWebhook } from './running-webhook.ts';
import { startSteadyLoad } from './steady-load.ts';

interface Started extends Omit<RunningWebhook, 'client'> {
  readonly client: Http2ReviewClient;
}

const body = JSON.stringify(buildAdmissionReview());
const stops: (() => unknown)[] = [];

async function start(options: RunOptions = {}): Promise<Started> {
  const webhook = await runWebhook({ offersHttp2: true, ...options });
  const client = createHttp2ReviewClient(webhook.port, webhook.authority.certificate);
  stops.push(
    () => client.close(),
    () => webhook.stop(),
  );
  return { ...webhook, client };
}

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** The protocol that TLS settles on with a client that can speak both. */
function negotiated({
  port,
  authority,
}: Pick<RunningWebhook, 'port' | 'authority'>): Promise<string | false> {
  const options = {
    port,
    host: '127.0.0.1',
    ca: authority.certificate,
    ALPNProtocols: ['h2', 'http/1.1'],
  };
  return new Promise((resolve, reject) => {
    const socket = connect(options, () => {
      resolve(socket.alpnProtocol ?? false);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe('HTTP/2', () => {
  test('is spoken where it is offered, and HTTP/1.1 to who asks for nothing', async () => {
    const webhook = await start();
    expect(await negotiated(webhook)).toBe('h2');
    expect((await webhook.client.send('/decide', body)).status).toBe(200);
    const plain = await runWebhook({ offersHttp2: true });
    stops.push(() => plain.stop());
    expect((await plain.client.review('/decide', buildAdmissionReview())).response.allowed).toBe(true);
  });

  test('is not spoken where it is not offered', async () => {
    expect(await negotiated(await start({ offersHttp2: false }))).toBe('http/1.1');
  });

  test('carries verdicts, and each phase by its path', async () => {
    const phases: string[] = [];
    const { client } = await start({
      review: (_request, phase) => {
        phases.push(phase);
        if (phase === 'Decide') return ALLOWED;
        return {
          allowed: false,
          code: 403,
          reason: 'Forbidden',
          message: 'privileged',
          checks: ['privileged'],
        };
      },
    });
    const refused = await client.review('/explain?timeout=2s', buildAdmissionReview());
    const allowed = await client.review('/decide?timeout=5s', buildAdmissionReview());
    expect([refused.response.status?.message, allowed.response.allowed]).toEqual(['privileged', true]);
    expect(phases).toEqual(['Explain', 'Decide']);
  });

  test('takes a review of several megabytes', async () => {
    const { client } = await start({
      review: ({ object }) => {
        expect((object as { note: string }).note).toHaveLength(4_000_000);
        return ALLOWED;
      },
    });
    const review = buildAdmissionReview({ object: { note: 'x'.repeat(4_000_000) } });
    expect((await client.review('/decide', review)).response.allowed).toBe(true);
  });

  test.for([
    ['another path', '/validate', {}, 404],
    ['another type', '/decide', { 'content-type': 'text/plain' }, 415],
    ['a body announced as too long', '/decide', { 'content-length': String(8 * 1024 * 1024) }, 413],
  ] as const)('%s is refused with a problem', async ([, path, headers, status]) => {
    const { client } = await start();
    const stream = await client.begin(path, headers);
    expect((await readAnswer(stream)).status).toBe(status);
    expect((await client.send('/decide', body)).status).toBe(200);
  });
});

describe('a stream that goes wrong leaves the others of its connection alone', () => {
  test('where the body grows too long, with 413', async () => {
    const { client } = await start({ limits: { bodyBytes: 100_000 } });
    const stream = await client.begin('/decide');
    const answer = readAnswer(stream);
    const closed = once(stream, 'close');
    for (let chunk = 0; chunk < 8; chunk += 1) stream.write('x'.repeat(20_000));
    expect((await answer).status).toBe(413);
    await closed;
    expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
    expect((await client.send('/decide', body)).status).toBe(200);
  });

  test('where the body does not come, with 408', async () => {
    const { client } = await start({ limits: { deadlineMilliseconds: 150 } });
    const stream = await client.begin('/decide');
    stream.write('{');
    const closed = once(stream, 'close');
    expect((await readAnswer(stream)).status).toBe(408);
    await closed;
    expect((await client.send('/decide', body)).status).toBe(200);
  });

  test('where the client breaks it off in the middle of the body, or before it is ready', async () => {
    for (const ready of [true, false]) {
      const { client, becomeReady, registry } = await start({ ready });
      const stream = await client.begin('/decide');
      stream.write('{"kind":');
      await sleep(20);
      stream.close(constants.NGHTTP2_CANCEL);
      await sleep(20);
      becomeReady();
      expect((await client.send('/decide', body)).status).toBe(200);
      expect(await registry.metrics()).toContain('cloister_admission_in_flight 0');
    }
  });

  test('where the answer is not taken, after as long as a request may last', async () => {
    const { port, authority } = await start({
      limits: { deadlineMilliseconds: 100, headersMilliseconds: 100 },
    });
    const settings = { initialWindowSize: 0 };
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: authority.certificate, settings });
    stops.unshift(() => session.destroy());
    const head = { ':method': 'POST', ':path': '/decide', 'content-type': 'application/json' };
    const stream = session.request(head);
    const closed = once(stream, 'close');
    stream.on('error', () => undefined).end(body);
    await closed;
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  });

  test('CVE-2023-44487: a flood of streams that are reset at once ends that connection and no other', async () => {
    const webhook = await start();
    const { client, port, authority } = webhook;
    const attacker = connectHttp2(`https://127.0.0.1:${port}`, { ca: authority.certificate });
    stops.splice(0, stops.length, () => client.close());
    attacker.on('error', () => undefined);
    await once(attacker, 'remoteSettings');
    // Of a type that is read on: a stream that is refused at once is ended before the client can reset it.
    const head = { ':method': 'POST', ':path': '/decide', 'content-type': 'application/json' };
    const open = () => attacker.request(head).on('error', () => undefined);
    while (!attacker.destroyed) {
      const streams = Array.from({ length: 20 }, open);
      // Once it is answered, the streams before it were sent: those reset before that never are.
      await new Promise((resolve) => attacker.ping(resolve));
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
    }
    expect((await client.send('/decide', body)).status).toBe(200);
    // Also while what is left of the connection is being cleared away.
    await webhook.server.close();
  });
});

describe('a drain', () => {
  const log = createLog({ program: 'webhook', level: 'silent' });

  /** Its server is closed by the test. */
  async function startToDrain(limits: RunOptions['limits'] = {}): Promise<Started> {
    const started = await start({ limits });
    stops.splice(0, stops.length, () => started.client.close());
    return started;
  }

  test.for([400, 0])('of %d ms under constant load loses no review that was sent', async (delay) => {
    const { client, server } = await startToDrain();
    const load = startSteadyLoad(client, 16);
    await sleep(200);
    await drain({ server, log, delayMilliseconds: delay, sleep });
    const { answered, lost } = await load.stop();
    expect(lost).toEqual([]);
    expect(answered).toBeGreaterThan(0);
  });

  test('does not wait for a client that never ends its body', async () => {
    const { client, server } = await startToDrain({ deadlineMilliseconds: 200, headersMilliseconds: 60_000 });
    const stream = await client.begin('/decide');
    stream.write('{');
    const answer = readAnswer(stream);
    await sleep(20);
    await drain({ server, log, delayMilliseconds: 0, sleep });
    expect((await answer).status).toBe(408);
  });

  test('is bounded where a client leaves its side of the connection open', async () => {
    const { port, authority, server } = await startToDrain({
      deadlineMilliseconds: 400,
      headersMilliseconds: 400,
    });
    const plain = connectPlain({ port, host: '127.0.0.1', allowHalfOpen: true });
    const socket = connect({ socket: plain, ca: authority.certificate, ALPNProtocols: ['h2'] });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    socket.resume();
    await sleep(50);
    await drain({ server, log, delayMilliseconds: 0, sleep });
    socket.destroy();
  });
});
