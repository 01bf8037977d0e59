import { expect, test, vi } from 'vitest';
import { NAMESPACES } from '../e2e/enrolled-tenants.ts';
import { changeTenant } from '../e2e/tenants.ts';
import { useTenantCluster, WAIT } from './use-tenant-cluster.ts';

const cluster = useTenantCluster();
const { calls, start, makeNamespace, makeTenant, statusOf } = cluster;

const NAMESPACE = 'older-agents';
const PODS = `${NAMESPACES}/${NAMESPACE}/pods`;
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;

/** As a namespace without any policy admits it. */
const spec = {
  containers: [{ name: 'main', image: 'packages.example.com/old:1' }],
  terminationGracePeriodSeconds: 0,
};

async function create(path: string, object: object): Promise<void> {
  const { status, message } = await calls().create(path, object);
  expect(`${status} ${message}`).toBe('201 ');
}

const condition = async () =>
  (await statusOf('older')).conditions?.find(({ type }) => type === 'PodsCompliant');

test('pods and workloads from before enrolment are judged as the webhook judges, and named', async () => {
  await makeNamespace(NAMESPACE);
  await create(PODS, { metadata: { name: 'plain', labels: { app: 'plain' } }, spec });
  await create(PODS, { metadata: { name: 'held', labels: { app: 'held' } }, spec });
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { ...spec, hostNetwork: true } };
  await create(DEPLOYMENTS, {
    metadata: { name: 'web' },
    spec: { replicas: 0, selector: { matchLabels: labels }, template },
  });
  const { errors } = await start();
  await makeTenant('older', [NAMESPACE]);
  await vi.waitFor(async () => expect((await condition())?.reason).toBe('ViolationsFound'), WAIT);
  const { message } = (await condition())!;
  expect(message).toMatch(/Deployment older-agents\/web \([^)]*host-namespaces/);
  expect(message).toMatch(/Pod older-agents\/plain \([^)]*run-as-non-root/);
  expect(message).not.toContain('ReplicaSet');
  expect((await calls().read(`${PODS}/plain`)).status).toBe(200);
  expect(errors).toEqual([]);
});

test('with adopt: Evict pods are evicted, but for those that a PodDisruptionBudget holds', async () => {
  const budget = { minAvailable: 1, selector: { matchLabels: { app: 'held' } } };
  const budgets = `/apis/policy/v1/namespaces/${NAMESPACE}/poddisruptionbudgets`;
  await create(budgets, { metadata: { name: 'held' }, spec: budget });
  // A pod that does not run may always be evicted.
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' };
  await calls().merge(`${PODS}/held/status`, { status: { phase: 'Running', conditions: [ready] } });
  await vi.waitFor(async () => {
    const { object } = await calls().read(`${budgets}/held`);
    expect(object['status']).toMatchObject({ currentHealthy: 1 });
  }, WAIT);
  await start();
  await changeTenant(calls(), 'older', () => ({ adopt: 'Evict' }));
  await vi.waitFor(async () => expect((await calls().read(`${PODS}/plain`)).status).toBe(404), WAIT);
  await vi.waitFor(async () => expect((await condition())?.message).toContain('holds pods'), WAIT);
  expect((await condition())?.message).toMatch(/evicted: older-agents\/held\.$/);
  expect((await calls().read(`${PODS}/held`)).status).toBe(200);
  await calls().remove(`${budgets}/held`);
  await calls().remove(`${DEPLOYMENTS}/web`);
  await vi.waitFor(async () => expect((await condition())?.reason).toBe('Compliant'), {
    ...WAIT,
    timeout: 60_000,
  });
  expect((await calls().read(`${PODS}/held`)).status).toBe(404);
}, 120_000);
