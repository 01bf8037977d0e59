import { expect, test, vi } from 'vitest';
import { NAMESPACES } from '../e2e/enrolled-tenants.ts';
import { changeTenant, KINDS } from '../e2e/tenants.ts';
import { minimalAgentSandbox } from '../build/agent-sandbox.ts';
import { useTenantCluster, WAIT } from './use-tenant-cluster.ts';

const cluster = useTenantCluster();
const { calls, start, makeNamespace, makeTenant, isProvided, statusOf, reasonsOf } = cluster;

const NAMESPACE = 'metered-agents';
const QUOTA = `${NAMESPACES}/${NAMESPACE}/resourcequotas/cloister-quota`;
const COUNT = 'count/agentsandboxes.cloister.dev';

async function hard(): Promise<unknown> {
  return ((await calls().read(QUOTA)).object['spec'] as { hard: unknown }).hard;
}

async function setQuota(sandboxes: number, entries: Readonly<Record<string, string>>): Promise<void> {
  await changeTenant(calls(), 'metered', ({ namespaces }) => ({
    namespaces: namespaces.map(({ name }) => ({ name, quota: { sandboxes, hard: entries } })),
  }));
}

test('a namespace has the quota that its tenant sets, also when that changes', async () => {
  await makeNamespace(NAMESPACE);
  await start();
  await makeTenant('metered', [NAMESPACE]);
  await isProvided('metered');
  expect(await hard()).toEqual({ 'requests.cpu': '4', [COUNT]: '5' });
  await setQuota(1, { 'requests.memory': '1024Mi' });
  await vi.waitFor(
    async () => expect(await hard()).toEqual({ 'requests.memory': '1Gi', [COUNT]: '1' }),
    WAIT,
  );
  const said = async () =>
    (await statusOf('metered')).conditions?.find(({ type }) => type === 'QuotaApplied');
  await vi.waitFor(async () => expect((await said())?.message).toContain('requests.memory 1Gi'), WAIT);
});

test('a quota that the API server refuses is named', async () => {
  await start();
  await setQuota(1, { 'no such resource': '1' });
  const reason = async () => (await reasonsOf('metered'))['QuotaApplied'];
  await vi.waitFor(async () => expect(await reason()).toBe('QuotaMissing'), WAIT);
  await setQuota(1, { 'requests.memory': '1Gi' });
  await vi.waitFor(async () => expect(await reason()).toBe('Applied'), WAIT);
});

test('sandboxes are counted, and the condition says when there is no room for another', async () => {
  await start();
  const path = `${KINDS}/namespaces/${NAMESPACE}/agentsandboxes`;
  const create = (name: string) =>
    calls().create(path, { ...minimalAgentSandbox, metadata: { name, namespace: NAMESPACE } });
  // The quota controller learns of the kind up to half a minute after it was installed.
  await vi.waitFor(async () => { const a = await create('first'); expect(`${a.status} ${a.message}`).toBe('201 '); }, {
    ...WAIT,
    timeout: 45_000,
  });
  expect((await create('second')).message).toContain('exceeded quota: cloister-quota');
  const reason = async () => (await reasonsOf('metered'))['QuotaApplied'];
  await vi.waitFor(async () => expect(await reason()).toBe('Exhausted'), WAIT);
});
