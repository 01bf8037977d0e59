import { beforeAll, describe, expect, test, vi } from 'vitest';
import { systemNamespaceOf } from '../../src/api/names.ts';
import type { TenantIsolation } from '../../src/api/tenant-isolation.ts';
import { mustSucceed } from '../testbed/vault/call-vault.ts';
import { NAMESPACE } from './samples.ts';
import { changeTenant, listed, TENANTS } from './tenants.ts';
import { SECRET, useVaultSandboxes, WAIT } from './use-vault-sandboxes.ts';

/** As long as names may be. */
const LONG = { tenant: 't'.repeat(52), namespace: 'n'.repeat(63), sandbox: 's'.repeat(52) };
const OTHER = 'acme-tools';

const cluster = useVaultSandboxes(['acme', LONG.tenant]);
const { calls, isGone, sandboxOf, vault } = cluster;

type Spec = TenantIsolation['spec'];

beforeAll(async () => {
  for (const name of [OTHER, LONG.namespace])
    expect((await calls().create('/api/v1/namespaces', { metadata: { name } })).message).toBe('');
  await changeTenant(calls(), 'acme', ({ namespaces }) => ({ namespaces: [...namespaces, listed(OTHER)] }));
  const { object } = await calls().read(`${TENANTS}/acme`);
  const { roles, vault: place, credentials, onEgressOpen, adopt } = object['spec'] as Spec;
  const made = await calls().create(TENANTS, {
    apiVersion: 'cloister.dev/v1alpha1',
    kind: 'TenantIsolation',
    metadata: { name: LONG.tenant },
    spec: {
      namespaces: [listed(LONG.namespace)],
      roles,
      vault: place,
      credentials: credentials.filter(({ name }) => name !== 'warehouse-admin'),
      onEgressOpen,
      adopt,
    },
  });
  expect(made.message).toBe('');
});

/** Whether what a token opens is the secret. */
const opens = async ({ call }: { call: ReturnType<ReturnType<typeof vault>['as']> }): Promise<boolean> =>
  (await call('GET', SECRET)).status === 200;

test('two sandboxes of one name in two namespaces have an identity each, and the end of one is not that of the other', async () => {
  const one = sandboxOf('twin');
  const two = sandboxOf('twin', { namespace: OTHER });
  const [first, second] = [await one.runAndLogIn(), await two.runAndLogIn()];
  expect(first.accountUID).not.toBe(second.accountUID);
  expect((await vault().login(one.name, second.token)).status).toBe(403);
  expect((await vault().login(two.name, first.token)).status).toBe(403);
  await calls().remove(one.path);
  await isGone(one.path);
  await one.hasNothing(first);
  expect(await opens(second)).toBe(true);
  expect(await opens(await two.logIn())).toBe(true);
  await two.says('CredentialsReady True/Ready', 'Ready True/Ready');
  await calls().remove(two.path);
});

test('names at their longest fit everywhere', async () => {
  const { tenant, namespace } = LONG;
  const long = sandboxOf(LONG.sandbox, LONG);
  const system = systemNamespaceOf(tenant);
  expect([system.length, long.account.name.length, long.name.length]).toEqual([63, 116, 178]);
  const given = await long.runAndLogIn();
  expect(await opens(given)).toBe(true);
  expect((await long.status()).vaultRole).toBe(long.name);
  for (const path of [`${system}/serviceaccounts`, `${system}/secrets`])
    expect((await calls().read(`/api/v1/namespaces/${path}/${long.account.name}`)).status).toBe(200);
  expect((await calls().read(`/api/v1/namespaces/${namespace}/pods/${LONG.sandbox}`)).status).toBe(200);
  await calls().remove(long.path);
  await isGone(long.path);
  await long.hasNothing(given);
});

describe('a sandbox that is made again under the name of one whose end is under way', () => {
  test('waits until that has nothing left, and has an identity of its own', async () => {
    const again = sandboxOf('again');
    const old = await again.runAndLogIn();
    await calls().remove(again.path);
    // The old one holds the name as long as Vault holds something of it.
    await expect(again.run()).rejects.toThrow(/^sandbox again: 409 /);
    await isGone(again.path);
    const fresh = await again.runAndLogIn();
    expect([await opens(old), await opens(fresh)]).toEqual([false, true]);
    expect(fresh.accountUID).not.toBe(old.accountUID);
    expect([400, 403]).toContain((await vault().login(again.name, old.token)).status);
    await calls().remove(again.path);
  });

  test('has nothing in common with one whose release was forced while Vault was down', async () => {
    const forced = sandboxOf('forced');
    const old = await forced.runAndLogIn();
    await vault().faults.refuse();
    try {
      await calls().merge(forced.path, {
        metadata: { annotations: { 'cloister.dev/force-release': 'tried' } },
      });
      await calls().remove(forced.path);
      await isGone(forced.path);
    } finally {
      await vault().faults.accept();
    }
    // What was left behind is good for as long as its token lives.
    expect(await opens(old)).toBe(true);
    const event = await mustHaveEvent('ForceReleased');
    expect(event).toContain(`policy ${forced.name}`);

    await vi.waitFor(async () => expect(await forced.pod()).toBeUndefined(), WAIT);
    const fresh = await forced.runAndLogIn();
    expect([await opens(old), await opens(fresh)]).toEqual([false, true]);
    expect((await vault().login(forced.name, old.token)).status).toBe(403);
    await calls().remove(forced.path);
    await forced.hasNothing(fresh);
    await forced.hasNothing(old);
  });

  const mustHaveEvent = (reason: string): Promise<string> =>
    vi.waitFor(async () => {
      const { object } = await calls().read(`/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`);
      const events = object['items'] as { reason: string; note: string }[];
      const found = events.find((event) => event.reason === reason);
      expect(found).toBeDefined();
      return found!.note;
    }, WAIT);
});

test('in the end Vault lists nothing of what has ended', async () => {
  await vi.waitFor(async () => {
    const { data } = await mustSucceed('list', vault().root('LIST', 'sys/policies/acl'));
    expect((data['keys'] as string[]).filter((name) => name.startsWith('cloister.'))).toEqual([]);
    expect((await vault().root('LIST', 'identity/entity/id')).data['keys'] ?? []).toHaveLength(1);
  }, WAIT);
});
