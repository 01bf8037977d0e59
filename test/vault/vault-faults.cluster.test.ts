import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { OPERATOR_POLICY, operatorPolicy } from '../../src/policy/vault/operator-policy.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { useVault } from '../testbed/vault/use-vault.ts';
import {
  ONE,
  OPEN_FENCE,
  operatorSettings,
  PLACE,
  policyOf,
  useIdentities,
  wantedOf,
} from './use-identities.ts';

const controlPlane = useControlPlane();
const vault = useVault(() => controlPlane);
const used = useIdentities(controlPlane, vault);

const reviewer = () =>
  vault.serviceAccountToken({ namespace: 'vault', serviceAccount: 'vault', audience: '', seconds: 3600 });
const withoutPermission = async () => {
  const path = `sys/policies/acl/${OPERATOR_POLICY}`;
  const { data } = await vault.root('GET', path);
  await vault.root('PUT', path, { policy: 'path "auth/token/revoke-self" { capabilities = ["update"] }' });
  const restore = async (): Promise<void> => {
    await vault.root('PUT', path, { policy: data['policy'] });
  };
  onTestFinished(restore);
  return restore;
};
const allowMounts = (...authMounts: readonly string[]) => {
  const policy = operatorPolicy([
    {
      namespace: null,
      authMounts,
      databaseMounts: ['database'],
      connectionPaths: [],
      staticLoginPaths: [],
      metadataPaths: [],
    },
  ]);
  onTestFinished(async () => {
    await vault.root('PUT', `sys/policies/acl/${OPERATOR_POLICY}`, { policy: own });
  });
  const own = operatorPolicy([
    {
      namespace: null,
      authMounts: ['kubernetes'],
      databaseMounts: ['database'],
      connectionPaths: [],
      staticLoginPaths: [],
      metadataPaths: [],
    },
  ]);
  return vault.root('PUT', `sys/policies/acl/${OPERATOR_POLICY}`, { policy });
};
describe('a Vault that is not as it was', () => {
  test('tells a mount that no tenant names from one that is missing', async () => {
    const { identities } = used;
    const place = { authMount: 'team/k8s', namespace: null };
    const provide = () => identities.provide({ ...wantedOf(ONE), place });
    await expect(provide()).rejects.toMatchObject({ reason: 'Denied' });
    await allowMounts('kubernetes', place.authMount);
    await expect(provide()).rejects.toMatchObject({ reason: 'Missing' });
    expect((await vault.root('GET', policyOf(ONE))).status).toBe(404);
    await expect(identities.removeLogin(ONE, place)).resolves.toBeUndefined();
    expect(await identities.findEntity(used.uidOf(ONE), place)).toBe(null);
  });

  test('finds the entity of a mount that was replaced, which has another accessor', async () => {
    const { identities } = used;
    const place = { authMount: 'team/k8s', namespace: null };
    onTestFinished(async () => {
      await vault.root('DELETE', 'sys/auth/team/k8s');
    });
    await allowMounts('kubernetes', place.authMount);
    const { data: configuration } = await vault.root('GET', 'auth/kubernetes/config');
    const found: unknown[] = [];
    for (let round = 0; round < 2; round += 1) {
      await vault.root('DELETE', 'sys/auth/team/k8s');
      await vault.root('POST', 'sys/auth/team/k8s', { type: 'kubernetes' });
      await vault.root('POST', 'auth/team/k8s/config', {
        ...configuration,
        token_reviewer_jwt: await reviewer(),
      });
      await identities.provide({ ...wantedOf(ONE), place });
      expect((await used.loginAs(ONE, place.authMount)).status).toBe(200);
      found.push((await identities.findEntity(used.uidOf(ONE), place))?.id);
    }
    expect(found).toEqual([expect.any(String), expect.any(String)]);
    expect(found[0]).not.toBe(found[1]);
  });

  test('sealed says so, and goes on afterwards', async () => {
    const { identities } = used;
    onTestFinished(vault.faults.unseal);
    await vault.faults.seal();
    await expect(identities.provide(wantedOf(ONE))).rejects.toMatchObject({
      reason: 'Unavailable',
      message: expect.stringContaining('Vault is sealed'),
    });
    await vault.faults.unseal();
    expect(await identities.provide(wantedOf(ONE))).toEqual(['Policy', 'AuthRole']);
  });

  test('down says so, and goes on afterwards', async () => {
    const { identities } = used;
    onTestFinished(vault.faults.accept);
    await vault.faults.refuse();
    await expect(identities.provide(wantedOf(ONE))).rejects.toMatchObject({ reason: 'Unreachable' });
    await vault.faults.accept();
    expect(await identities.provide(wantedOf(ONE))).toEqual(['Policy', 'AuthRole']);
  });

  test('slow is given up, and goes on afterwards', async () => {
    const { identities } = used;
    onTestFinished(() => vault.faults.delay(0));
    vault.faults.delay(60_000);
    await expect(identities.provide(wantedOf(ONE))).rejects.toMatchObject({
      reason: 'Unreachable',
      messages: ['it did not respond within 5 s'],
    });
    vault.faults.delay(0);
    expect(await identities.provide(wantedOf(ONE))).toEqual(['Policy', 'AuthRole']);
  });

  test('that withdrew the permission of the operator says what is denied, and takes it back at once', async () => {
    const { identities } = used;
    const restore = await withoutPermission();
    await expect(identities.provide(wantedOf(ONE))).rejects.toMatchObject({
      reason: 'Denied',
      message: expect.stringMatching(
        /^GET (sys\/policies\/acl|auth\/kubernetes\/role)\/cloister\.acme\..*permission denied/,
      ),
    });
    await restore();
    expect(await identities.provide(wantedOf(ONE))).toEqual(['Policy', 'AuthRole']);
  });

  test('without namespaces is told that it has none, and nothing is written to its root', async () => {
    const place = { ...PLACE, namespace: 'acme' };
    await expect(used.identities.provide({ ...wantedOf(ONE), place })).rejects.toThrow(
      'namespace acme is set, but this Vault has no namespaces',
    );
    expect((await vault.root('GET', policyOf(ONE))).status).toBe(404);
  });

  test('whose operator lost its token takes another login', async () => {
    const { identities, takeRequests } = used;
    const accessors = (await vault.root('LIST', 'auth/token/accessors')).data['keys'] as string[];
    for (const accessor of accessors) {
      const { data } = await vault.root('POST', 'auth/token/lookup-accessor', { accessor });
      if ((data['policies'] as string[]).includes('operator-cloister'))
        await vault.root('POST', 'auth/token/revoke-accessor', { accessor });
    }
    expect(await identities.provide(wantedOf(ONE))).toEqual(['Policy', 'AuthRole']);
    expect(takeRequests().filter((request) => request.endsWith('/login'))).toHaveLength(1);
  });
});

test('opens with the files that the chart mounts, and leaves no token behind', async () => {
  const opened = await openVault(operatorSettings(vault), systemClock);
  const count = async () =>
    ((await vault.root('LIST', 'auth/token/accessors')).data['keys'] as string[]).length;
  const before = await count();
  expect(await opened.identities(OPEN_FENCE).findHolder(ONE, PLACE)).toBeNull();
  expect(await count()).toBe(before + 1);
  await opened.close();
  expect(await count()).toBe(before);
});

test('does not open with a file that holds no certificate', async () => {
  const settings = { ...operatorSettings(vault), authorityFile: vault.operatorTokenFile };
  await expect(openVault(settings, systemClock)).rejects.toThrow(
    `--vault-ca-file is ${vault.operatorTokenFile}, which holds no certificate in PEM`,
  );
});
