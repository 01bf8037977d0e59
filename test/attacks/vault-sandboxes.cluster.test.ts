import { beforeAll, describe, expect, test } from 'vitest';
import { operatorPolicy, OPERATOR_POLICY } from '../../src/policy/vault/operator-policy.ts';
import { identityPlace, type IdentityOwner, vaultName } from '../../src/policy/vault/vault-identity.ts';
import { type CallVault, mustSucceed } from '../testbed/vault/call-vault.ts';
import { useVault } from '../testbed/vault/use-vault.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';

// Names that run into one another, in every way that hyphens allow.
const controlPlane = useControlPlane();
const vault = useVault(() => controlPlane);
let operator: CallVault;

const OWNERS: readonly IdentityOwner[] = [
  { tenant: 'acme', namespace: 'eu-agents', sandbox: 'hermes' },
  { tenant: 'acme-eu', namespace: 'agents', sandbox: 'hermes' },
  { tenant: 'acme-eu', namespace: 'agents', sandbox: 'hermes-2' },
  { tenant: 'acme-eu-agents', namespace: 'hermes', sandbox: 'a' },
];

const secretOf = (owner: IdentityOwner): string => `secret/data/${vaultName(owner)}`;

beforeAll(async () => {
  operator = await vault.asOperator();
  for (const owner of OWNERS) await prepare(owner);
});

/** What the operator makes for a sandbox, and the platform team before it. */
async function prepare(owner: IdentityOwner): Promise<void> {
  const name = vaultName(owner);
  const place = identityPlace(owner);
  await controlPlane.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: place.namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: place },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: owner.namespace } },
    // The pod's own, and one of the identity's name where an editor of the tenant can make it.
    ...['cloister-s-hermes', place.name].map((account) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: account, namespace: owner.namespace },
    })),
  ]);
  await mustSucceed('a secret', vault.root('POST', secretOf(owner), { data: { key: name } }));
  const policy = `# Written by Cloister\npath "${secretOf(owner)}" { capabilities = ["read"] }`;
  await mustSucceed('the policy', operator('POST', `sys/policies/acl/${name}`, { policy }));
  const role = {
    bound_service_account_names: place.name,
    bound_service_account_namespaces: place.namespace,
    audience: 'vault',
    alias_name_source: 'serviceaccount_uid',
    token_policies: name,
    token_no_default_policy: true,
    token_type: 'service',
    token_ttl: '900',
    token_max_ttl: '900',
    token_explicit_max_ttl: '900',
  };
  await mustSucceed('the auth role', operator('POST', `auth/kubernetes/role/${name}`, role));
}

const tokenOf = (owner: IdentityOwner, audience = 'vault'): Promise<string> => {
  const { namespace, name } = identityPlace(owner);
  return vault.serviceAccountToken({ namespace, serviceAccount: name, audience });
};

describe('an identity', () => {
  test.for(OWNERS.map((owner) => [vaultName(owner), owner] as const))(
    'of %s reads its own secret and no other',
    async ([name, owner]) => {
      const sandbox = await vault.loggedIn(name, await tokenOf(owner));
      for (const other of OWNERS) {
        const { status, data } = await sandbox('GET', secretOf(other));
        if (other === owner) expect(data).toMatchObject({ data: { key: name } });
        else expect(status).toBe(403);
      }
    },
  );

  test.for(OWNERS.map((owner) => [vaultName(owner), owner] as const))(
    'of %s does not log in as another',
    async ([name, owner]) => {
      const token = await tokenOf(owner);
      const others = OWNERS.map(vaultName).filter((other) => other !== name);
      const statuses = await Promise.all(
        others.map(async (other) => (await vault.login(other, token)).status),
      );
      expect(statuses).toEqual(others.map(() => 403));
    },
  );

  test('is found in Vault under its own parts alone', () => {
    const names = OWNERS.map(vaultName);
    expect(new Set(names).size).toBe(OWNERS.length);
    const isBeginning = (one: string): boolean =>
      names.some((other) => other !== one && other.startsWith(`${one}.`));
    expect(names.filter(isBeginning)).toEqual([]);
  });
});

describe('a login is refused', () => {
  const [owner] = OWNERS as readonly [IdentityOwner, ...IdentityOwner[]];
  const role = vaultName(owner);

  test.for([
    ["with a token of the pod's own ServiceAccount", owner.namespace, 'cloister-s-hermes'],
    ["with a token of the same name from the agents' namespace", owner.namespace, identityPlace(owner).name],
    ['with a token of the operator', 'cloister-system', 'cloister-operator'],
  ] as const)('%s', async ([, namespace, serviceAccount]) => {
    const token = await vault.serviceAccountToken({ namespace, serviceAccount });
    expect(await vault.login(role, token)).toMatchObject({ status: 403 });
  });

  test.for([
    ['another audience', 'cloister-gateway'],
    ['the audience of the API server', ''],
  ] as const)('with a token of %s', async ([, audience]) => {
    expect(await vault.login(role, await tokenOf(owner, audience))).toMatchObject({ status: 403 });
  });

  test('with a token whose Secret is deleted', async () => {
    const { namespace, name } = identityPlace(owner);
    await controlPlane.apply([{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } }]);
    const boundTo = { kind: 'Secret', name };
    const token = await vault.serviceAccountToken({ namespace, serviceAccount: name, boundTo });
    expect((await vault.login(role, token)).status).toBe(200);
    await controlPlane.kubectl(['delete', 'secret', name, '-n', namespace]);
    // The API server believes it for some seconds more.
    await expect
      .poll(async () => (await vault.login(role, token)).status, { timeout: 30_000, interval: 500 })
      .toBe(403);
  });
});

describe('what the operator takes away', () => {
  test('is gone from the next request on, when the entity is disabled', async () => {
    const [, owner] = OWNERS as readonly [IdentityOwner, IdentityOwner, ...IdentityOwner[]];
    const sandbox = await vault.loggedIn(vaultName(owner), await tokenOf(owner));
    const { namespace, name } = identityPlace(owner);
    const { stdout } = await controlPlane.kubectl([
      'get',
      'serviceaccount',
      name,
      '-n',
      namespace,
      '-o',
      'jsonpath={.metadata.uid}',
    ]);
    const mount = (await operator('GET', 'sys/mounts/auth/kubernetes')).data;
    const alias = { alias_name: stdout, alias_mount_accessor: mount['accessor'] };
    const entity = (await operator('POST', 'identity/lookup/entity', alias)).data;
    const path = `identity/entity/id/${String(entity['id'])}`;
    expect((await operator('POST', path, { disabled: true })).status).toBeLessThan(300);
    expect((await sandbox('GET', secretOf(owner))).status).toBe(403);
    expect((await vault.login(vaultName(owner), await tokenOf(owner))).status).toBe(403);
    expect((await operator('DELETE', path)).status).toBe(204);
    expect((await sandbox('GET', secretOf(owner))).status).toBe(403);
  });

  // An engine that gives leases at `creds/` without a database.
  test('are the leases of one sandbox, and not those of a name that begins alike', async () => {
    await mustSucceed('mount the engine', vault.root('POST', 'sys/mounts/otp', { type: 'ssh' }));
    const policy = operatorPolicy([
      {
        namespace: null,
        authMounts: ['kubernetes'],
        databaseMounts: ['otp'],
        connectionPaths: [],
        staticLoginPaths: [],
        metadataPaths: [],
      },
    ]);
    await mustSucceed('the policy', vault.root('PUT', `sys/policies/acl/${OPERATOR_POLICY}`, { policy }));
    const role = { key_type: 'otp', default_user: 'agent', cidr_list: '0.0.0.0/0' };
    for (const owner of OWNERS) {
      await mustSucceed('a role', vault.root('POST', `otp/roles/${vaultName(owner)}`, role));
      const ip = { ip: '192.0.2.1' };
      await mustSucceed('a lease', vault.root('POST', `otp/creds/${vaultName(owner)}`, ip));
    }
    const leases = (owner: IdentityOwner): Promise<number> =>
      operator('LIST', `sys/leases/lookup/otp/creds/${vaultName(owner)}`).then(({ status }) => status);
    expect(await Promise.all(OWNERS.map(leases))).toEqual([200, 200, 200, 200]);
    const [, hermes] = OWNERS as readonly [IdentityOwner, IdentityOwner, ...IdentityOwner[]];
    const revoke = `sys/leases/revoke-prefix/otp/creds/${vaultName(hermes)}`;
    expect((await operator('PUT', revoke, { sync: true })).status).toBe(204);
    expect(await Promise.all(OWNERS.map(leases))).toEqual([200, 404, 200, 200]);
  });
});
