import { get } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { createCertificateAuthority } from '../../src/certificates/issue.ts';
import { encodeAuthorities } from '../../src/certificates/stored-authorities.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { DEFAULT_LIMITS, readConfiguration } from '../../src/webhook/configuration.ts';
import { type RunningWebhook, startWebhook } from '../../src/webhook/start-webhook.ts';
import { buildAdmissionReview } from '../build/admission-review.ts';
import { buildAgentRole } from '../build/agent-role.ts';
import { createMemoryKubeClient, type MemoryKubeClient } from '../build/memory-kube-client.ts';
import { buildTenantIsolation } from '../build/tenant-isolation.ts';
import { createScaledClock } from '../kube/scaled-clock.ts';
import { freePort } from '../testbed/free-port.ts';
import { createReviewClient, type ReviewClient } from './review-client.ts';

const ADDRESS = '127.0.0.1';
const SECRET = 'secrets/cloister-webhook-ca';
/** Ten seconds pass in half a second. */
const FACTOR = 20;

let webhook: RunningWebhook | undefined;
let reviews: ReviewClient | undefined;

afterEach(async () => {
  reviews?.close();
  await webhook?.stop();
  webhook = undefined;
});

interface Started {
  readonly memory: MemoryKubeClient;
  readonly webhook: RunningWebhook;
  readonly client: ReviewClient;
  readonly port: number;
  readonly authority: string;
  readonly probe: (path: string) => Promise<{ status: number | string; text: string }>;
  readonly metrics: () => Promise<string>;
  /** How many sleeps of the clock have not ended. */
  readonly sleeping: () => number;
}

async function start(memory: MemoryKubeClient = createMemoryKubeClient(), factor = FACTOR): Promise<Started> {
  const [port, probePort, metricsPort] = [
    await freePort(ADDRESS),
    await freePort(ADDRESS),
    await freePort(ADDRESS),
  ];
  const configuration = {
    ...readConfiguration([`--address=${ADDRESS}`, `--url=https://${ADDRESS}:${port}`], {}),
    ports: { reviews: port, probes: probePort, metrics: metricsPort },
    drainMilliseconds: 1_000 * factor,
  };
  const log = createLog({ program: 'webhook', level: 'silent' });
  const { clock, sleeping } = createCountingClock(factor);
  const options = { configuration, client: memory.client, log, clock, registry: new Registry() };
  const started = await startWebhook(options);
  webhook = started;
  const secret = memory.writes.find(({ what }) => what === SECRET);
  const { data = {} } = (secret?.body ?? {}) as { data?: Record<string, string> };
  const authority = Buffer.from(data['ca.crt'] ?? '', 'base64').toString('utf8');
  reviews = createReviewClient(port, authority);
  const probe = async (path: string): Promise<{ status: number | string; text: string }> => {
    try {
      const response = await fetch(`http://${ADDRESS}:${probePort}${path}`);
      return { status: response.status, text: await response.text() };
    } catch {
      return { status: 'closed', text: '' };
    }
  };
  const metrics = async (): Promise<string> =>
    (await fetch(`http://${ADDRESS}:${metricsPort}/metrics`)).text();
  return { memory, webhook: started, client: reviews, port, authority, probe, metrics, sleeping };
}

/** A clock that runs so many times faster. */
function createCountingClock(factor: number): { clock: Clock; sleeping: () => number } {
  const scaled = createScaledClock(factor);
  let sleeping = 0;
  const sleep = async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    sleeping += 1;
    try {
      await scaled.sleep(milliseconds, signal);
    } finally {
      sleeping -= 1;
    }
  };
  return { clock: { now: scaled.now, sleep }, sleeping: () => sleeping };
}

const BODY = JSON.stringify(buildAdmissionReview());
const becomesReady = ({ probe }: Started): Promise<void> =>
  expect.poll(async () => (await probe('/readyz')).status, { timeout: 5_000 }).toBe(200);

describe('the webhook', { timeout: 20_000 }, () => {
  test('is ready when its caches are synced and its port serves its certificate', async () => {
    const started = await start();
    await becomesReady(started);
    expect((await started.probe('/readyz')).text).toBe('caches: ok\ncertificate: ok\ntls: ok\n');
    expect((await started.probe('/livez')).status).toBe(200);
  });

  test('is alive, not ready and reviews nothing until its caches are synced', async () => {
    const memory = createMemoryKubeClient();
    const listing = Promise.withResolvers<void>();
    memory.listing = listing.promise;
    const started = await start(memory);
    const { probe, client, metrics } = started;
    expect(await probe('/readyz')).toMatchObject({
      status: 503,
      text: expect.stringContaining(
        'caches: not synced: agentroles, tenantisolations, pods, agentquarantines, namespaces\n',
      ),
    });
    expect((await probe('/livez')).status).toBe(200);
    expect((await client.send('/decide', BODY)).status).toBe(503);
    expect(await metrics()).toContain('cloister_watch_cache_synced{resource="agentroles"} 0\n');
    listing.resolve();
    await becomesReady(started);
    expect((await client.send('/decide', BODY)).status).toBe(200);
    expect(await metrics()).toContain('cloister_watch_cache_synced{resource="agentroles"} 1\n');
  });

  test('that stops is not ready and alive, reviews until its delay is over, and ends everything then', async () => {
    const started = await start();
    const { webhook: running, client, memory, probe, sleeping } = started;
    await becomesReady(started);
    await expect.poll(memory.openWatches).toBe(5);
    const status = async (path: string) => (await probe(path)).status;
    const began = performance.now();
    const stopped = running.stop().then(() => performance.now() - began);
    webhook = undefined;
    await wait(100);
    expect([await status('/readyz'), await status('/livez')]).toEqual([503, 200]);
    expect((await client.send('/decide', BODY)).headers.connection).toBe('keep-alive');
    await wait(600);
    expect([await status('/readyz'), memory.isClosed()]).toEqual([503, false]);
    const late = await client.send('/decide', BODY);
    expect([late.status, late.headers.connection]).toEqual([200, 'close']);
    expect(await stopped).toBeGreaterThanOrEqual(950);
    expect([await status('/readyz'), await status('/livez')]).toEqual(['closed', 'closed']);
    expect(memory.isClosed()).toBe(true);
    await expect(client.send('/decide', BODY)).rejects.toThrow('ECONNREFUSED');
    // Neither the certificates nor the caches are looked after any more.
    await expect.poll(sleeping).toBe(0);
    await expect.poll(memory.openWatches).toBe(0);
  });

  test('serves the certificate of a new authority as soon as there is one', async () => {
    const started = await start();
    const { memory, port } = started;
    await becomesReady(started);
    const current = await createCertificateAuthority(Date.now());
    const encoded = Object.entries(encodeAuthorities({ current, next: null, previous: null }));
    const data = Object.fromEntries(encoded.filter(([, text]) => text !== null));
    memory.put(SECRET, { metadata: { name: 'cloister-webhook-ca' }, data } as KubeObject);
    reviews?.close();
    reviews = createReviewClient(port, current.certificate);
    const send = () =>
      reviews!.send('/decide', BODY).then(
        ({ status }) => status,
        () => 'not trusted',
      );
    await expect.poll(send, { timeout: 10_000 }).toBe(200);
    await becomesReady(started);
  });

  test('serves with the limits of its configuration, and has metrics', async () => {
    const { port, authority, metrics } = await start();
    const { maxBodyBytes } = DEFAULT_LIMITS;
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json', 'Content-Length': maxBodyBytes + 1 };
      const options = { host: ADDRESS, port, ca: authority, method: 'POST', path: '/decide', headers };
      get(options, (response) => resolve(response.statusCode)).on('error', reject);
    });
    expect(answer).toBe(413);
    const text = await metrics();
    for (const name of ['process_resident_memory_bytes', 'cloister_certificate_expiry_time_seconds{'])
      expect(text).toContain(name);
    expect(text).toContain('cloister_admission_errors_total{reason="TooLarge"} 1');
  });

  test('asks the API server who may use the role of a running pod, for CONNECT alone', async () => {
    const role = buildAgentRole(({ spec }) => spec.sandbox.allowedAccess.push('Exec'));
    const labels = { 'cloister.dev/role': 'minimal' };
    const pod = { metadata: { name: 'agent', namespace: 'minimal-agents', labels } };
    const memory = createMemoryKubeClient({
      agentroles: [role],
      tenantisolations: [buildTenantIsolation()],
      pods: [pod],
    });
    const answered = Promise.withResolvers<null>();
    memory.failWith = ({ what }) => (what.startsWith('subjectaccessreviews/') ? answered.promise : null);
    // At the speed of the real clock the API server has two seconds to answer.
    const started = await start(memory, 1);
    const { client, metrics } = started;
    await becomesReady(started);
    const asked = (): unknown[] =>
      memory.writes.filter(({ what }) => what.startsWith('subjectaccessreviews/')).map(({ body }) => body);
    const request = { name: 'agent', namespace: 'minimal-agents' };
    await client.review('/decide', buildAdmissionReview(request));
    expect(asked()).toEqual([]);
    const exec = { ...request, operation: 'CONNECT', subResource: 'exec' } as const;
    const reviewed = client.review('/decide', buildAdmissionReview(exec));
    await expect.poll(asked).toHaveLength(1);
    expect(await metrics()).toContain('cloister_admission_in_flight 1\n');
    answered.resolve(null);
    const { response } = await reviewed;
    // The answer has no status, so it is a denial.
    expect(response).toMatchObject({
      allowed: false,
      status: { message: expect.stringContaining('agentroles.cloister.dev/minimal is not granted') },
    });
    expect(asked()).toMatchObject([
      { spec: { user: 'developer', resourceAttributes: { name: 'minimal', verb: 'use' } } },
    ]);
  });
});
