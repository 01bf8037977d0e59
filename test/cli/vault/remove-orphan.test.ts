import { expect, test } from 'vitest';
import { removeOrphan } from '../../../src/cli/vault/remove-orphan.ts';
import { readOrphans } from '../../../src/cli/vault/read-orphans.ts';
import type { VaultOrphan } from '../../../src/policy/vault/find-orphans.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { withHolder } from '../../../src/policy/vault/sandbox-policy.ts';
import { VaultError } from '../../../src/vault/vault-error.ts';
import { createVaultIdentities } from '../../../src/vault/create-vault-identities.ts';
import { createVaultInventory, type VaultInventory } from '../../../src/vault/vault-inventory.ts';
import type { VaultSession } from '../../../src/vault/vault-session.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';
import { createScriptedSession } from '../../vault/scripted-session.ts';

const NAME = 'cloister.acme.acme-agents.hermes';
const AREA = { namespace: null, authMounts: ['edge', 'kubernetes'], databaseMounts: ['database'] };
const ORPHAN: VaultOrphan = {
  owner: { tenant: 'acme', namespace: 'acme-agents', sandbox: 'hermes' },
  name: NAME,
  namespace: null,
  hasPolicy: true,
  authMounts: ['kubernetes'],
  hasNamesake: false,
  isBeside: false,
};

const session = () =>
  createScriptedSession({
    'GET sys/mounts/auth/kubernetes': { data: { accessor: 'accessor' } },
    'GET sys/mounts/auth/edge': { reason: 'Invalid', messages: ['No auth engine at edge/'] },
    'POST identity/lookup/entity': { data: { id: 'entity', disabled: false } },
    POST: { status: 204 },
    DELETE: { status: 204 },
  });

const vaultOf = (own: VaultSession) => ({
  identities: createVaultIdentities(own),
  inventory: createVaultInventory(own, null),
});

test('an orphan is removed in the order of every end: login, entity, leases, both again after a late login, policy', async () => {
  const { client, put } = createMemoryKubeClient();
  put('serviceaccounts/acme-agents.hermes', { metadata: { name: 'acme-agents.hermes', uid: 'uid' } });
  const scripted = session();
  const vault = vaultOf(scripted);
  expect(await removeOrphan(ORPHAN, { client, vault, area: AREA })).toEqual([
    'auth role at auth/kubernetes',
    'leases',
    'entity',
    'database roles',
    'policy',
  ]);
  expect(scripted.asked().filter((one) => !one.startsWith('GET'))).toEqual([
    `DELETE auth/kubernetes/role/${NAME}`,
    'POST identity/lookup/entity',
    'POST identity/entity/id/entity',
    `POST sys/leases/revoke-prefix/database/creds/${NAME}`,
    'POST identity/lookup/entity',
    'POST identity/entity/id/entity',
    `POST sys/leases/revoke-prefix/database/creds/${NAME}`,
    'DELETE identity/entity/id/entity',
    `DELETE database/roles/${NAME}`,
    `DELETE sys/policies/acl/${NAME}`,
  ]);
});

test('nothing is removed of a sandbox that was made since the list was read', async () => {
  const { client, put } = createMemoryKubeClient();
  const finalizers = ['cloister.dev/vault'];
  put('agentsandboxes/hermes', { metadata: { name: 'hermes', namespace: 'acme-agents', finalizers } });
  const scripted = session();
  const vault = vaultOf(scripted);
  expect(await removeOrphan(ORPHAN, { client, vault, area: AREA })).toBe(null);
  expect(scripted.requests).toEqual([]);
});

test.for([
  ['stays one while Vault holds it', [[NAME], [NAME]], [NAME]],
  ['is none where the operator took it away in between', [[NAME], []], []],
  ['is none that was made in between', [[NAME], [NAME, `${NAME}-2`]], [NAME]],
] as const)('an orphan %s', async ([, policies, expected]) => {
  const { client } = createMemoryKubeClient();
  const answers = [...policies];
  const inventory = {
    holdings: () => Promise.resolve({ namespace: null, policies: answers.shift() ?? [], authMounts: [] }),
    policyText: () => Promise.resolve(null),
  } as unknown as VaultInventory;
  const { orphans } = await readOrphans(client, inventory, [AREA]);
  expect(orphans.map(({ name }) => name)).toEqual(expected);
});

/** A sandbox of the name that has recorded its identity. */
const recorded = (vaultRole: string, authMount: string): KubeObject =>
  ({
    metadata: { name: 'hermes', namespace: 'acme-agents', finalizers: ['cloister.dev/vault'] },
    status: { vaultRole, vaultIdentity: { authMount, serviceAccountUID: 'uid' } },
  }) as KubeObject;

test('beside a sandbox whose auth role is at another mount, the role alone is removed', async () => {
  const { client, put } = createMemoryKubeClient();
  put('agentsandboxes/hermes', recorded(NAME, 'edge'));
  const scripted = session();
  const orphan = { ...ORPHAN, hasPolicy: false, hasNamesake: true, isBeside: true };
  expect(await removeOrphan(orphan, { client, vault: vaultOf(scripted), area: AREA })).toEqual([
    'auth role at auth/kubernetes',
  ]);
  const writes = scripted.asked().filter((one) => !one.startsWith('GET'));
  expect(writes).toEqual([`DELETE auth/kubernetes/role/${NAME}`]);
});

test('what a sandbox of the name has recorded since is not removed', async () => {
  const { client, put } = createMemoryKubeClient();
  put('agentsandboxes/hermes', recorded(NAME, 'kubernetes'));
  const scripted = session();
  const orphan = { ...ORPHAN, hasNamesake: true };
  expect(await removeOrphan(orphan, { client, vault: vaultOf(scripted), area: AREA })).toBe(null);
  expect(scripted.requests).toEqual([]);
});

test('it is looked also where no tenant names a mount: by what sandboxes record, and by what policies say', async () => {
  const { client } = createMemoryKubeClient({
    agentsandboxes: [recorded('cloister.b.acme-agents.hermes', 'b')],
  });
  const uid = '0b4e1f0a-8c1d-4c0e-9b52-7f6a1d2c3e4f';
  const asked: string[] = [];
  const inventory = {
    holdings: ({ namespace, authMounts }: { namespace: string | null; authMounts: readonly string[] }) => {
      asked.push(...authMounts);
      if (authMounts.includes('lost')) {
        return Promise.reject(new VaultError('LIST', { reason: 'Denied', messages: [] }));
      }
      const mounts = authMounts.map((authMount) => ({ authMount, roles: authMount === 'old' ? [NAME] : [] }));
      return Promise.resolve({ namespace, policies: [NAME, `${NAME}-2`], authMounts: mounts });
    },
    policyText: (name: string) => {
      const authMount = name === NAME ? 'old' : 'lost';
      return Promise.resolve(withHolder('# Written\n', { serviceAccountUID: uid, authMount }));
    },
  } as unknown as VaultInventory;
  const { orphans, areas, unread } = await readOrphans(client, inventory, [
    { namespace: null, authMounts: ['kubernetes'], databaseMounts: [] },
  ]);
  expect(orphans).toMatchObject([
    { name: NAME, authMounts: ['old'], hasNamesake: true },
    { name: `${NAME}-2`, authMounts: [], hasNamesake: false },
  ]);
  expect(areas).toEqual([
    { namespace: null, authMounts: ['kubernetes', 'b', 'old', 'lost'], databaseMounts: [] },
  ]);
  expect(unread).toEqual(['auth/lost']);
  expect(new Set(asked)).toEqual(new Set(['kubernetes', 'b', 'old', 'lost']));
});
