import { expect, test, vi } from 'vitest';
import { compliantPod } from '../e2e/samples.ts';
import { ROLES, TENANTS } from '../e2e/tenants.ts';
import { NAMESPACE_PATH, useSandboxes } from '../e2e/use-sandboxes.ts';

const { calls, run, isGone, pod } = useSandboxes();
const PODS = `${NAMESPACE_PATH}/pods`;

/** The API server accepts a start time that is long ago: there is no kubelet. */
async function startedAt(name: string, startTime: string): Promise<void> {
  const { status, message } = await calls().merge(`${PODS}/${name}/status`, {
    status: { phase: 'Running', startTime },
  });
  expect(`${status} ${message}`).toBe('200 ');
}

test('a governed pod ends with the lifetime of its role, and a shorter one ends it sooner', async () => {
  const tenant = (await calls().read(`${TENANTS}/acme`)).object['status'];
  const { gateway } = tenant as { gateway: { clusterIPs: string[] } };
  for (const name of ['old', 'young']) {
    const hostAliases = gateway.clusterIPs.map((ip) => ({ ip, hostnames: ['cloister-gateway'] }));
    const changes = { '/spec/activeDeadlineSeconds': undefined, '/spec/hostAliases': hostAliases };
    const made = await calls().create(PODS, compliantPod(name, changes));
    expect(`${made.status} ${made.message}`).toBe('201 ');
  }
  const { object } = await calls().read(`${ROLES}/data-analyst`);
  const { maxLifetimeSeconds } = (object['spec'] as { sandbox: { maxLifetimeSeconds: number } }).sandbox;
  const secondsAgo = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();
  await startedAt('young', secondsAgo(maxLifetimeSeconds / 2));
  await startedAt('old', secondsAgo(maxLifetimeSeconds + 1));
  await isGone(`${PODS}/old`);
  expect((await calls().read(`${PODS}/young`)).object['metadata']).not.toHaveProperty('deletionTimestamp');
  await run('lasting');
  await calls().merge(`${ROLES}/data-analyst`, {
    spec: { sandbox: { maxLifetimeSeconds: Math.floor(maxLifetimeSeconds / 4) } },
  });
  await isGone(`${PODS}/young`);
  await vi.waitFor(async () => expect(await pod('lasting')).toBeDefined(), { timeout: 30_000 });
});
