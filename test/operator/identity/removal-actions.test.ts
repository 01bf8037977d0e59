import { describe, expect, test } from 'vitest';
import type { DatabaseWitness } from '../../../src/operator/identity/database-witness.ts';
import type { IdentityRecord } from '../../../src/operator/identity/decide-identity.ts';
import { removalActions } from '../../../src/operator/identity/removal-actions.ts';
import { loginMark } from '../../../src/policy/database/login-statements.ts';
import { createMemoryKubeClient } from '../../build/memory-kube-client.ts';
import { createMemoryVault } from '../../build/memory-vault.ts';

const { signal } = new AbortController();
const OWNER = { tenant: 'acme', namespace: 'acme-agents', sandbox: 'hermes' };
const NAME = 'cloister.acme.acme-agents.hermes';
const RECORD: IdentityRecord = {
  owner: OWNER,
  place: { authMount: 'kubernetes', namespace: null },
  serviceAccountUID: 'account',
  databaseMounts: ['database'],
  policyHash: undefined,
  podUID: undefined,
};

function actionsWith(databases: DatabaseWitness | null, record: IdentityRecord = RECORD) {
  const memory = createMemoryVault();
  const { client } = createMemoryKubeClient();
  const subject = { pod: undefined, sandboxUID: 'sandbox', record };
  return { memory, actions: removalActions(subject, { client, vault: memory.identities, databases }) };
}

describe('the leases of a sandbox', () => {
  test('are revoked, and the database is asked for what carries the mark of the sandbox', async () => {
    const asked: string[] = [];
    const { memory, actions } = actionsWith({
      findLeft: (tenant, mark) => {
        asked.push(`${tenant} ${mark}`);
        return Promise.resolve({ roles: 0, sessions: 0 });
      },
    });
    expect(await actions.LeasesRevoked(signal)).toBeUndefined();
    expect(memory.calls).toEqual([`revokeLeases ${NAME}`]);
    expect(asked).toEqual([`acme ${loginMark('sandbox')}`]);
  });

  test('are not done with while the database has a login, whatever Vault says', async () => {
    const { actions } = actionsWith({ findLeft: () => Promise.resolve({ roles: 2, sessions: 1 }) });
    await expect(actions.LeasesRevoked(signal)).rejects.toThrow(
      `the database of tenant "acme" still has 2 logins of the sandbox, with 1 sessions, though Vault has revoked them: find them by the comment ${loginMark('sandbox')}, and see the log of Vault`,
    );
  });

  test.for([
    ['is not there to ask', null],
    ['does not answer', { findLeft: () => Promise.resolve(null) }],
  ] as const)(
    'are done with on the word of Vault where a database %s, and that is said',
    async ([, witness]) => {
      const { actions } = actionsWith(witness);
      expect(await actions.LeasesRevoked(signal)).toBe(
        'Vault has revoked every login. The database was not asked whether one is left.',
      );
    },
  );

  test('are none where no database is bound, and no database is asked', async () => {
    const { memory, actions } = actionsWith(null, { ...RECORD, databaseMounts: [] });
    expect(await actions.LeasesRevoked(signal)).toBeUndefined();
    expect(memory.calls).toEqual([]);
  });
});

test('the database roles go after the entity and before the policy, by which they are found', async () => {
  const { memory, actions } = actionsWith(null);
  memory.entities.set('account', { id: 'entity', disabled: true });
  await actions.IdentityRemoved(signal);
  expect(memory.calls).toEqual([
    'findEntity',
    'removeEntity',
    `removeDatabaseRoles ${NAME}`,
    `removePolicy ${NAME}`,
  ]);
});
