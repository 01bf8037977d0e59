import { expect, test } from 'vitest';
import { removeOrphan } from '../../../src/cli/vault/remove-orphan.ts';
import { readOrphans } from '../../../src/cli/vault/vault-places.ts';
import type { VaultOrphan } from '../../../src/policy/vault/find-orphans.ts';
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

test('an orphan is removed in the order of every end: login, entity, leases, entity again, policy', async () => {
  const { client, put } = createMemoryKubeClient();
  put('serviceaccounts/acme-agents.hermes', { metadata: { name: 'acme-agents.hermes', uid: 'uid' } });
  const scripted = session();
  const vault = vaultOf(scripted);
  expect(await removeOrphan(ORPHAN, { client, vault, area: AREA })).toEqual([
    'auth role at auth/kubernetes',
    'leases',
    'entity',
    'policy',
  ]);
  expect(scripted.asked().filter((one) => !one.startsWith('GET'))).toEqual([
    `DELETE auth/kubernetes/role/${NAME}`,
    'POST identity/lookup/entity',
    'POST identity/entity/id/entity',
    `POST sys/leases/revoke-prefix/database/creds/${NAME}`,
    'POST identity/lookup/entity',
    'POST identity/entity/id/entity',
    'DELETE identity/entity/id/entity',
    `DELETE sys/policies/acl/${NAME}`,
  ]);
});

test('nothing is removed of a sandbox that was made since the list was read', async () => {
  const { client, put } = createMemoryKubeClient();
  put('agentsandboxes/hermes', { metadata: { name: 'hermes', namespace: 'acme-agents' } });
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
  } as unknown as VaultInventory;
  const { orphans } = await readOrphans(client, inventory, [AREA]);
  expect(orphans.map(({ name }) => name)).toEqual(expected);
});
