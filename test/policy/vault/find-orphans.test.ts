import { describe, expect, test } from 'vitest';
import { findOrphans, type VaultHoldings } from '../../../src/policy/vault/find-orphans.ts';

const holdings = (
  policies: readonly string[],
  roles: readonly string[] = [],
  namespace: string | null = null,
): VaultHoldings => ({ namespace, policies, authMounts: [{ authMount: 'kubernetes', roles }] });

const HERMES = { namespace: 'acme-agents', name: 'hermes' };
const OWN = 'cloister.acme.acme-agents.hermes';

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
      'nothing of one whose namespace has gone to another tenant',
      ['cloister.other.acme-agents.hermes'],
      [],
      [],
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
    const owner = { tenant: 'acme', namespace: 'acme-agents', sandbox: 'hermes-2' };
    expect(orphans).toEqual([
      { owner, name, namespace: null, hasPolicy: true, authMounts: [] },
      { owner, name, namespace: 'eu', hasPolicy: false, authMounts: ['kubernetes'] },
    ]);
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
