import { get } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { type KubeObject } from '../../src/kube/kube-object.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { DEFAULT_LIMITS, readConfiguration } from '../../src/webhook/configuration.ts';
import { type RunningWebhook, startWebhook } from '../../src/webhook/start-webhook.ts';
import { buildAdmissionReview } from '../build/admission-review.ts';
import { buildAgentRole } from '../build/agent-role.ts';
import { createMemoryKubeClient, type MemoryKubeClient } from '../build/memory-kube-client.ts';
import { buildTenantIsolation } from '../build/tenant-isolation.ts';
import { freePort } from '../testbed/free-port.ts';
import { createReviewClient, type ReviewClient } from './review-client.ts';

const ADDRESS = '127.0.0.1';

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
  readonly status: (path: string) => Promise<number | string>;
}

async function start(lists: Readonly<Record<string, readonly KubeObject[]>> = {}): Promise<Started> {
  const memory = createMemoryKubeClient(lists);
  const [port, probePort, metricsPort] = [
    await freePort(ADDRESS),
    await freePort(ADDRESS),
    await freePort(ADDRESS),
  ];
  const configuration = {
    ...readConfiguration([`--address=${ADDRESS}`, `--url=https://${ADDRESS}:${port}`], {}),
    ports: { reviews: port, probes: probePort, metrics: metricsPort },
    drainMilliseconds: 1_000,
  };
  const log = createLog({ program: 'webhook', level: 'silent' });
  const options = { configuration, client: memory.client, log, clock: systemClock, registry: new Registry() };
  const started = await startWebhook(options);
  webhook = started;
  const secret = memory.writes.find(({ what }) => what === 'secrets/cloister-webhook-ca');
  const { data } = secret?.body as { data: Record<string, string> };
  const authority = Buffer.from(data['ca.crt'] ?? '', 'base64').toString('utf8');
  reviews = createReviewClient(port, authority);
  const status = (path: string): Promise<number | string> =>
    fetch(`http://${ADDRESS}:${probePort}${path}`).then(
      (response) => response.status,
      () => 'closed',
    );
  return { memory, webhook: started, client: reviews, port, authority, status };
}

describe('the webhook', () => {
  test('is ready when its caches are synced and its port serves its certificate', async () => {
    const { status } = await start();
    await expect.poll(() => status('/readyz'), { timeout: 5_000 }).toBe(200);
    expect(await status('/livez')).toBe(200);
  });

  test('that stops is not ready and alive, reviews until its delay is over, and ends everything then', async () => {
    const { webhook: running, client, memory, status } = await start();
    await expect.poll(() => status('/readyz'), { timeout: 5_000 }).toBe(200);
    const body = JSON.stringify(buildAdmissionReview());
    const began = performance.now();
    const stopped = running.stop().then(() => performance.now() - began);
    webhook = undefined;
    await sleep(100);
    expect([await status('/readyz'), await status('/livez')]).toEqual([503, 200]);
    expect((await client.send('/decide', body)).headers.connection).toBe('keep-alive');
    await sleep(600);
    expect([await status('/readyz'), memory.isClosed()]).toEqual([503, false]);
    const late = await client.send('/decide', body);
    expect([late.status, late.headers.connection]).toEqual([200, 'close']);
    expect(await stopped).toBeGreaterThanOrEqual(950);
    expect([await status('/readyz'), await status('/livez')]).toEqual(['closed', 'closed']);
    expect(memory.isClosed()).toBe(true);
    await expect(client.send('/decide', body)).rejects.toThrow('ECONNREFUSED');
  });

  test('serves with the limits of its configuration, and speaks TLS under its name', async () => {
    const { port, authority } = await start();
    const { maxBodyBytes } = DEFAULT_LIMITS;
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json', 'Content-Length': maxBodyBytes + 1 };
      const options = { host: ADDRESS, port, ca: authority, method: 'POST', path: '/decide', headers };
      get(options, (response) => resolve(response.statusCode)).on('error', reject);
    });
    expect(answer).toBe(413);
  });

  test('asks the API server who may use the role of a running pod, for CONNECT alone', async () => {
    const role = buildAgentRole(({ spec }) => spec.sandbox.allowedAccess.push('Exec'));
    const labels = { 'cloister.dev/role': 'minimal' };
    const pod = { metadata: { name: 'agent', namespace: 'minimal-agents', labels } };
    const { client, memory, status } = await start({
      agentroles: [role as KubeObject],
      tenantisolations: [buildTenantIsolation() as KubeObject],
      pods: [pod],
    });
    await expect.poll(() => status('/readyz'), { timeout: 5_000 }).toBe(200);
    const asked = (): unknown[] =>
      memory.writes.filter(({ what }) => what.startsWith('subjectaccessreviews/')).map(({ body }) => body);
    const request = { name: 'agent', namespace: 'minimal-agents' };
    await client.review('/decide', buildAdmissionReview(request));
    expect(asked()).toEqual([]);
    const exec = { ...request, operation: 'CONNECT', subResource: 'exec' } as const;
    const { response } = await client.review('/decide', buildAdmissionReview(exec));
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
