import { expect, test, vi } from 'vitest';
import type { TenantIsolation } from '../../src/api/tenant-isolation.ts';
import { compliantPod } from '../e2e/samples.ts';
import { TENANTS } from '../e2e/tenants.ts';
import { NAMESPACE_PATH, useSandboxes } from '../e2e/use-sandboxes.ts';
import { GATE_SOURCES } from '../testbed/gate-sources.ts';

const { calls, controlPlane, run, pod } = useSandboxes();
const PODS = `${NAMESPACE_PATH}/pods`;
const WAIT = { timeout: 30_000, interval: 100 };

async function status(): Promise<NonNullable<TenantIsolation['status']>> {
  return ((await calls().read(`${TENANTS}/acme`)).object as unknown as TenantIsolation).status ?? {};
}

const gatewayReady = async () => (await status()).conditions?.find(({ type }) => type === 'GatewayReady');
const addresses = async (): Promise<readonly string[]> => (await status()).gateway?.clusterIPs ?? [];
const aliases = (clusterIPs: readonly string[]) =>
  clusterIPs.map((ip) => ({ ip, hostnames: ['cloister-gateway'] }));

test('a gateway whose Service is lost has another, and the condition names the pods that do not find it', async () => {
  await controlPlane().apply(GATE_SOURCES);
  const before = await addresses();
  const made = await calls().create(PODS, compliantPod('web', { '/spec/hostAliases': aliases(before) }));
  expect(`${made.status} ${made.message}`).toBe('201 ');
  const first = await run('agent');
  const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
  for (const binding of ['cloister-managed-objects', 'cloister-managed-objects-2']) {
    await calls().remove(`${bindings}/${binding}`);
  }
  const service = '/api/v1/namespaces/cloister-t-acme/services/cloister-gateway';
  await vi.waitFor(async () => expect((await calls().remove(service)).status).toBe(200), WAIT);
  const after = await vi.waitFor(async () => {
    const found = await addresses();
    expect(found).not.toEqual(before);
    expect(found).not.toEqual([]);
    return found;
  }, WAIT);
  await vi.waitFor(async () => {
    expect(await gatewayReady()).toMatchObject({
      reason: 'GatewayMoved',
      message: expect.stringMatching(/elsewhere: acme-agents\/web\.$/),
    });
  }, WAIT);
  await vi.waitFor(async () => {
    const found = await pod('agent');
    expect(found?.metadata.uid).not.toBe(first);
    expect(found?.spec?.hostAliases).toEqual(aliases(after));
  }, WAIT);
  await calls().remove(`${PODS}/web?gracePeriodSeconds=0`);
  await vi.waitFor(async () => expect((await gatewayReady())?.reason).toBe('Unavailable'), WAIT);
});
