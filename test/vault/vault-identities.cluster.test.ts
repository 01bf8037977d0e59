import { describe, expect, test } from 'vitest';
import { identityPlace, vaultName } from '../../src/policy/vault/vault-identity.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import { useVault } from '../testbed/vault/use-vault.ts';
import { LONG, ONE, PLACE, policyOf, roleOf, THREE, TWO, useIdentities, wantedOf } from './use-identities.ts';

const controlPlane = useControlPlane();
const vault = useVault(() => controlPlane);
const used = useIdentities(controlPlane, vault);

describe('an identity in Vault', () => {
  test('is made in four requests, and found in two that write nothing', async () => {
    const { identities, takeRequests } = used;
    expect(await identities.provide(wantedOf(ONE))).toEqual(['Policy', 'AuthRole']);
    expect(takeRequests()).toHaveLength(4);
    expect(await identities.provide(wantedOf(ONE))).toEqual([]);
    expect(takeRequests()).toEqual([`GET ${policyOf(ONE)}`, `GET ${roleOf(ONE)}`]);
  });

  test('has names as long as they may be', async () => {
    const { identities } = used;
    expect(await identities.provide(wantedOf(LONG))).toEqual(['Policy', 'AuthRole']);
    expect(await identities.provide(wantedOf(LONG))).toEqual([]);
    expect((await vault.root('GET', policyOf(LONG))).status).toBe(200);
    expect((await vault.root('GET', roleOf(LONG))).status).toBe(200);
    const call = await used.callAs(LONG);
    expect((await call('GET', `secret/data/agents/${LONG.sandbox}`)).status).toBe(200);
  });

  test('reads its own secret and nothing else, for a quarter of an hour', async () => {
    await used.identities.provide(wantedOf(ONE));
    const { body } = await used.loginAs(ONE);
    expect(body['auth']).toMatchObject({
      policies: [vaultName(ONE)],
      token_policies: [vaultName(ONE)],
      lease_duration: 900,
      token_type: 'service',
    });
    const call = await used.callAs(ONE);
    expect((await call('GET', 'secret/data/agents/one')).data['data']).toEqual({ key: 'one' });
    for (const [method, path] of [
      ['GET', 'secret/data/agents/two'],
      ['GET', 'secret/data/agents'],
      ['LIST', 'secret/metadata/agents'],
      ['GET', 'secret/metadata/agents/one'],
      ['POST', 'secret/data/agents/one'],
      ['DELETE', 'secret/data/agents/one'],
      ['GET', policyOf(ONE)],
      ['GET', 'auth/token/lookup-self'],
      ['POST', 'auth/token/revoke-self'],
    ] as const)
      expect([path, (await call(method, path, method === 'POST' ? { data: {} } : undefined)).status]).toEqual(
        [path, 403],
      );
  });

  test('is nobody else: not its neighbour, not with another audience, not with the token of its pod', async () => {
    await used.identities.provide(wantedOf(ONE));
    const { namespace, name } = identityPlace(ONE);
    await controlPlane.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme-agents' } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'one', namespace: 'acme-agents' } },
    ]);
    const tokens = [
      { namespace, serviceAccount: identityPlace(TWO).name },
      { namespace, serviceAccount: name, audience: 'cloister-gateway' },
      { namespace: 'acme-agents', serviceAccount: 'one' },
    ];
    for (const token of tokens) {
      const { status } = await vault.login(vaultName(ONE), await vault.serviceAccountToken(token));
      expect([token, status]).toEqual([token, 403]);
    }
  });
});

describe('what was changed by hand in Vault', () => {
  test.for([
    [
      'the policy',
      'Policy',
      () => vault.root('PUT', policyOf(ONE), { policy: 'path "secret/*" { capabilities = ["read"] }' }),
    ],
    ['a policy that is gone', 'Policy', () => vault.root('DELETE', policyOf(ONE))],
    ['a role that is gone', 'AuthRole', () => vault.root('DELETE', roleOf(ONE))],
    [
      'who may log in',
      'AuthRole',
      () => vault.root('POST', roleOf(ONE), { bound_service_account_names: '*' }),
    ],
    [
      'the policies',
      'AuthRole',
      () => vault.root('POST', roleOf(ONE), { token_policies: ['default', vaultName(ONE)] }),
    ],
    [
      'the life',
      'AuthRole',
      () => vault.root('POST', roleOf(ONE), { token_explicit_max_ttl: 0, token_period: 60 }),
    ],
    ['the addresses', 'AuthRole', () => vault.root('POST', roleOf(ONE), { token_bound_cidrs: '10.0.0.0/8' })],
    [
      'the namespaces',
      'AuthRole',
      () =>
        vault.root('POST', roleOf(ONE), {
          bound_service_account_namespace_selector: '{"matchLabels":{"a":"b"}}',
        }),
    ],
  ] as const)('is repaired once: %s', async ([, part, change]) => {
    const { identities } = used;
    await identities.provide(wantedOf(ONE));
    expect((await change()).status).toBeLessThan(300);
    expect(await identities.provide(wantedOf(ONE))).toEqual([part]);
    expect(await identities.provide(wantedOf(ONE))).toEqual([]);
    expect((await (await used.callAs(ONE))('GET', 'secret/data/agents/one')).status).toBe(200);
  });
});

describe('the end of an identity', () => {
  test('refuses new logins, then every token, then leaves nothing', async () => {
    const { identities, takeRequests } = used;
    await identities.provide(wantedOf(THREE));
    expect(await identities.findEntity(used.uidOf(THREE), PLACE)).toBe(null);
    const call = await used.callAs(THREE);
    takeRequests();

    await identities.removeLogin(THREE, PLACE);
    expect((await used.loginAs(THREE)).status).toBe(400);
    expect((await call('GET', 'secret/data/agents/three')).status).toBe(200);

    const entity = await identities.findEntity(used.uidOf(THREE), PLACE);
    expect(entity).toEqual({ id: expect.any(String), disabled: false });
    await identities.disableEntity(entity?.id ?? '', PLACE);
    expect((await call('GET', 'secret/data/agents/three')).status).toBe(403);
    expect(await identities.findEntity(used.uidOf(THREE), PLACE)).toEqual({ ...entity, disabled: true });

    await identities.revokeLeases(THREE, PLACE, ['database']);
    await identities.removeEntity(entity?.id ?? '', PLACE);
    await identities.removePolicy(THREE, PLACE);
    expect(takeRequests()).toHaveLength(9);
    expect(await identities.findEntity(used.uidOf(THREE), PLACE)).toBe(null);
    expect((await vault.root('GET', policyOf(THREE))).status).toBe(404);
    expect((await vault.root('GET', roleOf(THREE))).status).toBe(404);
    expect((await call('GET', 'secret/data/agents/three')).status).toBe(403);
  });

  test('disables a login that comes again while the role is still there', async () => {
    const { identities } = used;
    await identities.provide(wantedOf(TWO));
    await used.callAs(TWO);
    const entity = await identities.findEntity(used.uidOf(TWO), PLACE);
    await identities.disableEntity(entity?.id ?? '', PLACE);
    expect((await used.loginAs(TWO)).status).toBe(403);
    await identities.removeEntity(entity?.id ?? '', PLACE);
  });

  test('is the same a second time', async () => {
    const { identities } = used;
    const absent = '00000000-0000-0000-0000-000000000000';
    for (let round = 0; round < 2; round += 1) {
      await identities.removeLogin(ONE, PLACE);
      await identities.disableEntity(absent, PLACE);
      await identities.revokeLeases(ONE, PLACE, ['database']);
      await identities.removeEntity(absent, PLACE);
      await identities.removePolicy(ONE, PLACE);
    }
  });
});
