import { expect, test, vi } from 'vitest';
import { NAMESPACES } from '../e2e/enrolled-tenants.ts';
import { changeTenant, KINDS } from '../e2e/tenants.ts';
import { minimalAgentSandbox } from '../build/agent-sandbox.ts';
import { useTenantCluster, WAIT } from './use-tenant-cluster.ts';

const cluster = useTenantCluster();
const { calls, start, makeNamespace, makeTenant, isProvided, statusOf, reasonsOf } = cluster;

const NAMESPACE = 'metered-agents';
const LONG = { timeout: 90_000, interval: 500 };
const QUOTA = `${NAMESPACES}/${NAMESPACE}/resourcequotas/cloister-quota`;
const COUNT = 'count/agentsandboxes.cloister.dev';

async function hard(): Promise<unknown> {
  return ((await calls().read(QUOTA)).object['spec'] as { hard: unknown }).hard;
}

const reason = async () => (await reasonsOf('metered'))['QuotaApplied'];

async function setQuota(sandboxes: number, entries: Readonly<Record<string, string>>): Promise<void> {
  await changeTenant(calls(), 'metered', ({ namespaces }) => ({
    namespaces: namespaces.map(({ name }) => ({ name, quota: { sandboxes, hard: entries } })),
  }));
}

test(
  'a namespace has the quota that its tenant sets, also when that changes',
  { timeout: 120_000 },
  async () => {
    await makeNamespace(NAMESPACE);
    await start();
    await makeTenant('metered', [NAMESPACE]);
    await isProvided('metered');
    // The quota controller learns of the kind up to half a minute after it was installed.
    await vi.waitFor(async () => expect(await hard()).toEqual({ 'requests.cpu': '4', [COUNT]: '5' }), LONG);
    await setQuota(1, { 'requests.memory': '1024Mi' });
    await vi.waitFor(
      async () => expect(await hard()).toEqual({ 'requests.memory': '1Gi', [COUNT]: '1' }),
      WAIT,
    );
    const said = async () =>
      (await statusOf('metered')).conditions?.find(({ type }) => type === 'QuotaApplied');
    await vi.waitFor(async () => expect((await said())?.message).toContain('requests.memory 1Gi'), WAIT);
  },
);

test('a quota that the API server refuses is named', async () => {
  await start();
  await setQuota(1, { 'no such resource': '1' });
  await vi.waitFor(async () => expect(await reason()).toBe('QuotaMissing'), WAIT);
  await setQuota(1, { 'requests.memory': '1Gi' });
  await vi.waitFor(async () => expect(await reason()).toBe('Applied'), WAIT);
});

test('sandboxes are counted, and the condition says when there is no room for another', async () => {
  await start();
  const path = `${KINDS}/namespaces/${NAMESPACE}/agentsandboxes`;
  const create = async (name: string) => {
    const sandbox = { ...minimalAgentSandbox, metadata: { name, namespace: NAMESPACE } };
    const { status, message } = await calls().create(path, sandbox);
    return `${status} ${message}`;
  };
  expect(await create('first')).toBe('201 ');
  expect(await create('second')).toContain('exceeded quota: cloister-quota');
  await vi.waitFor(async () => expect(await reason()).toBe('Exhausted'), WAIT);
});
