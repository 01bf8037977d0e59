import { connect } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { type AdmissionVerdict, ALLOWED } from '../../src/webhook/admission-verdict.ts';
import { issueServingCertificate } from '../../src/certificates/issue.ts';
import type { Review } from '../../src/webhook/handle-review.ts';
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

const DENY: Review = () => ({
  allowed: false,
  code: 403,
  reason: 'Forbidden',
  message: 'pod "analyst" is privileged',
  checks: ['privileged', 'host-path'],
  warnings: ['line one\nline two'],
  auditAnnotations: { role: 'data-analyst' },
});

describe('a review', () => {
  test('that allows is answered with its uid and nothing else', async () => {
    const { client } = await start();
    const { text, headers } = await client.send('/decide', JSON.stringify(buildAdmissionReview()));
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(text)).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: buildAdmissionReview().request.uid, allowed: true },
    });
  });

  test('that denies carries code, reason, message, warnings without control characters and annotations', async () => {
    const { client, logged, registry } = await start({ review: DENY });
    const { status, response } = await client.review('/explain', buildAdmissionReview());
    expect(status).toBe(200);
    expect(response).toEqual({
      uid: buildAdmissionReview().request.uid,
      allowed: false,
      status: { code: 403, reason: 'Forbidden', message: 'pod "analyst" is privileged' },
      warnings: ['line one\\nline two'],
      auditAnnotations: { role: 'data-analyst' },
    });
    const line = logged.find(({ msg }) => msg === 'review denied');
    expect(line).toMatchObject({
      phase: 'Explain',
      uid: buildAdmissionReview().request.uid,
      operation: 'CREATE',
      resource: 'pods',
      namespace: 'acme-agents',
      name: 'analyst',
      user: 'developer',
      checks: ['privileged', 'host-path'],
    });
    expect(line).not.toHaveProperty('object');
    const metrics = await registry.metrics();
    expect(metrics).toContain(
      'cloister_admission_reviews_total{phase="Explain",verdict="Denied",operation="CREATE",resource="pods"} 1',
    );
    expect(metrics).toContain('cloister_admission_violations_total{check="host-path"} 1');
    expect(metrics).toContain('cloister_admission_in_flight 0');
  });

  test('is asked with the phase of its path', async () => {
    const phases: string[] = [];
    const { client } = await start({ review: (_request, phase) => (phases.push(phase), ALLOWED) });
    await client.review('/explain', buildAdmissionReview());
    await client.review('/decide?timeout=5s', buildAdmissionReview());
    expect(phases).toEqual(['Explain', 'Decide']);
  });

  test('in many chunks and of several megabytes is read whole', async () => {
    const { client } = await start({
      review: ({ object }) => ((object as { note: string }).note.endsWith('é!') ? ALLOWED : DENY_ALL),
    });
    const review = buildAdmissionReview({ object: { note: `${'é'.repeat(2_000_000)}!` } });
    expect((await client.review('/decide', review)).response.allowed).toBe(true);
  });
});

const DENY_ALL = { allowed: false, code: 403, reason: 'Forbidden', message: 'no', checks: [] } as const;

test('many reviews at once are all answered', async () => {
  const { client, registry } = await start();
  const body = JSON.stringify(buildAdmissionReview());
  const answers = await Promise.all(Array.from({ length: 64 }, () => client.send('/decide', body)));
  expect(answers.map(({ status }) => status)).toEqual(Array(64).fill(200));
  expect(await registry.metrics()).toContain('cloister_admission_in_flight 0');
});

test('a review that waits for the API server does not hold up another', async () => {
  const asked = Promise.withResolvers<AdmissionVerdict>();
  const { client, registry } = await start({
    review: ({ operation }) => (operation === 'CONNECT' ? asked.promise : ALLOWED),
  });
  const waiting = client.review('/decide', buildAdmissionReview({ operation: 'CONNECT' }));
  await expect.poll(() => registry.metrics()).toContain('cloister_admission_in_flight 1');
  expect((await client.review('/decide', buildAdmissionReview())).response.allowed).toBe(true);
  asked.resolve(DENY_ALL);
  expect((await waiting).response).toMatchObject({ allowed: false, status: { message: 'no' } });
  expect(await registry.metrics()).toContain('cloister_admission_in_flight 0');
});

describe('never an allow', () => {
  test('before the caches are synced', async () => {
    const { client, becomeReady } = await start({ ready: false });
    const before = await client.send('/decide', JSON.stringify(buildAdmissionReview()));
    expect(before.status).toBe(503);
    expect(before.headers['retry-after']).toBe('1');
    expect(before.text).toContain('not synced');
    becomeReady();
    expect((await client.review('/decide', buildAdmissionReview())).response.allowed).toBe(true);
  });

  test('when the review throws: a stable 500, the cause in the log, and the next review is answered', async () => {
    let broken = true;
    const { client, logged } = await start({
      review: () => {
        if (broken) throw new Error('cannot read properties of undefined');
        return ALLOWED;
      },
    });
    const failed = await client.send('/decide', JSON.stringify(buildAdmissionReview()));
    expect(failed.status).toBe(500);
    expect(failed.text).not.toContain('undefined');
    expect(logged.find(({ msg }) => msg === 'review failed')).toMatchObject({
      uid: buildAdmissionReview().request.uid,
      err: { message: 'cannot read properties of undefined' },
    });
    broken = false;
    expect((await client.review('/decide', buildAdmissionReview())).response.allowed).toBe(true);
  });

  test.for([
    undefined,
    {},
    { ...DENY_ALL, allowed: 'true' },
    { ...DENY_ALL, allowed: 1 },
    { ...DENY_ALL, code: 200 },
    { ...DENY_ALL, code: Number.NaN },
    Promise.resolve({}),
    Promise.resolve({ ...DENY_ALL, allowed: 'true' }),
    () => ALLOWED,
  ])('when the verdict is not one: %o', async (verdict) => {
    const { client } = await start({ review: (() => verdict) as unknown as Review });
    expect((await client.send('/decide', JSON.stringify(buildAdmissionReview()))).status).toBe(500);
  });

  test('when the promise of a verdict rejects', async () => {
    const { client, logged } = await start({ review: () => Promise.reject(new Error('no connection')) });
    expect((await client.send('/decide', JSON.stringify(buildAdmissionReview()))).status).toBe(500);
    expect(logged.find(({ msg }) => msg === 'review failed')).toMatchObject({
      err: { message: 'no connection' },
    });
  });

  test('when the promise of a verdict comes too late', async () => {
    let now = 0;
    const late = async () => {
      await Promise.resolve();
      now += 4_001;
      return ALLOWED;
    };
    const { client } = await start({ monotonicNow: () => now, review: late });
    expect((await client.send('/decide', JSON.stringify(buildAdmissionReview()))).status).toBe(504);
  });

  test('when the answer comes too late', async () => {
    let now = 0;
    const { client } = await start({ monotonicNow: () => now, review: () => ((now += 4_001), ALLOWED) });
    expect((await client.send('/decide', JSON.stringify(buildAdmissionReview()))).status).toBe(504);
  });
});

describe('TLS', () => {
  test.for(['from the start', 'after the certificate changed'])('below 1.3 is refused %s', async (when) => {
    const { port, authority, server } = await start();
    if (when !== 'from the start') {
      server.useCertificate(await issueServingCertificate(authority, ['127.0.0.1'], Date.now()));
    }
    const options = { port, host: '127.0.0.1', ca: authority.certificate, maxVersion: 'TLSv1.2' } as const;
    const outcome = await new Promise<string>((resolve) => {
      const socket = connect(options, () => resolve('connected'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
    expect(outcome).toMatch(/PROTOCOL_VERSION|WRONG_VERSION/);
  });

  test('speaks only HTTP/1.1, also to a client that offers HTTP/2', async () => {
    const { port, authority } = await start();
    const options = { port, host: '127.0.0.1', ca: authority.certificate, ALPNProtocols: ['h2', 'http/1.1'] };
    const protocol = await new Promise((resolve, reject) => {
      const socket = connect(options, () => {
        resolve(socket.alpnProtocol);
        socket.destroy();
      });
      socket.on('error', reject);
    });
    expect(protocol).toBe('http/1.1');
  });
});
