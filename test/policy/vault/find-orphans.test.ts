import { describe, expect, test } from 'vitest';
import { findOrphans, type VaultHoldings } from '../../../src/policy/vault/find-orphans.ts';

const holdings = (
  policies: readonly string[],
  roles: readonly string[] = [],
  namespace: string | null = null,
): VaultHoldings => ({ namespace, policies, authMounts: [{ authMount: 'kubernetes', roles }] });

const OWN = 'cloister.acme.acme-agents.hermes';
const IDENTITY = { name: OWN, namespace: null, authMount: 'kubernetes', databaseMounts: [] };
const HERMES = { namespace: 'acme-agents', name: 'hermes', mayHold: true, identity: IDENTITY };
const UNRECORDED = { ...HERMES, identity: null };

describe('what Vault holds of sandboxes that do not exist', () => {
  test.for([
    ['nothing of one that exists', [OWN], [OWN], []],
    ['policy and auth role', [`${OWN}-2`], [`${OWN}-2`], [[`${OWN}-2`, true, ['kubernetes']]]],
    ['a policy alone', [`${OWN}-2`], [], [[`${OWN}-2`, true, []]]],
    ['an auth role alone', [], [`${OWN}-2`], [[`${OWN}-2`, false, ['kubernetes']]]],
    [
      'one whose name another continues',
      ['cloister.acme.acme-agents.herm'],
      [],
      [['cloister.acme.acme-agents.herm', true, []]],
    ],
    [
      'one of the same name in another namespace',
      ['cloister.acme.other.hermes'],
      [],
      [['cloister.acme.other.hermes', true, []]],
    ],
    [
      'what is left of another tenant, whose namespace has gone to that of the sandbox',
      ['cloister.other.acme-agents.hermes'],
      [],
      [['cloister.other.acme-agents.hermes', true, []]],
    ],
    [
      'nothing that begins otherwise',
      ['cloister-a.acme.acme-agents.x', 'operator-cloister', 'default', 'acme.acme-agents.x'],
      ['operator-cloister'],
      [],
    ],
  ] as const)('%s', ([, policies, roles, expected]) => {
    const { orphans, unreadable } = findOrphans([holdings(policies, roles)], [HERMES]);
    expect(orphans.map(({ name, hasPolicy, authMounts }) => [name, hasPolicy, authMounts])).toEqual(expected);
    expect(unreadable).toEqual([]);
  });

  test.for([
    'cloister.',
    'cloister.acme',
    'cloister.acme.acme-agents',
    'cloister.acme.acme-agents.',
    'cloister.acme..hermes',
    'cloister.acme.acme-agents.a.b',
    'cloister.acme.acme-agents.*',
    'cloister.acme.acme-agents.a/b',
    'cloister.acme.acme-agents.a b',
    'cloister.acme.acme-agents.-a',
    'cloister.acme.acme-agents.A',
    'cloister.acme.acme-agents.a\nb',
  ])('%j is told apart, and never an orphan', (name) => {
    expect(findOrphans([holdings([name], [name])], [])).toEqual({ orphans: [], unreadable: [name] });
  });

  test('is told for each namespace of Vault', () => {
    const name = `${OWN}-2`;
    const { orphans } = findOrphans([holdings([name]), holdings([], [name], 'eu')], [HERMES]);
    const beside = { hasNamesake: false, isBeside: false };
    const owner = { tenant: 'acme', namespace: 'acme-agents', sandbox: 'hermes-2' };
    expect(orphans).toEqual([
      { ...beside, owner, name, namespace: null, hasPolicy: true, authMounts: [] },
      { ...beside, owner, name, namespace: 'eu', hasPolicy: false, authMounts: ['kubernetes'] },
    ]);
  });

  test.for([
    ['nothing where it is recorded', HERMES, ['kubernetes'], []],
    ['nothing where the operator may begin or end with it', UNRECORDED, ['kubernetes'], []],
    [
      'all of it where it has none',
      { ...UNRECORDED, mayHold: false },
      ['kubernetes'],
      [{ hasPolicy: true, authMounts: ['kubernetes'], isBeside: false }],
    ],
    [
      'its role at another mount, and neither its policy nor its leases',
      HERMES,
      ['kubernetes', 'old'],
      [{ hasPolicy: false, authMounts: ['old'], isBeside: true }],
    ],
    [
      'all of it where its identity is in another namespace of Vault',
      { ...HERMES, identity: { ...IDENTITY, namespace: 'eu' } },
      ['kubernetes'],
      [{ hasPolicy: true, authMounts: ['kubernetes'], isBeside: false }],
    ],
  ] as const)('of the name of a sandbox is %s', ([, sandbox, mounts, expected]) => {
    const authMounts = mounts.map((authMount) => ({ authMount, roles: [OWN] }));
    const { orphans } = findOrphans([{ namespace: null, policies: [OWN], authMounts }], [sandbox]);
    expect(orphans).toMatchObject(expected);
    expect(orphans).toHaveLength(expected.length);
  });

  test('names the mounts that have the role, and no other', () => {
    const mounts = ['kubernetes', 'edge', 'old'].map((authMount) => ({
      authMount,
      roles: authMount === 'edge' ? [] : [`${OWN}-2`],
    }));
    const { orphans } = findOrphans([{ namespace: null, policies: [], authMounts: mounts }], []);
    expect(orphans).toMatchObject([{ authMounts: ['kubernetes', 'old'] }]);
  });
});
