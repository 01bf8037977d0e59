import { describe, expect, test } from 'vitest';
import { createVaultInventory } from '../../src/vault/vault-inventory.ts';
import { createScriptedSession, type Scripted } from './scripted-session.ts';

const CREATED = '2026-01-02T03:04:05.678901234Z';
const PATH = 'secret/metadata/acme/crm';
const version = (more: object = {}) => ({
  created_time: CREATED,
  deletion_time: '',
  destroyed: false,
  ...more,
});
const secret = (response: Scripted) =>
  createVaultInventory(createScriptedSession({ [`GET ${PATH}`]: response }), null).secret(PATH, null);

describe('a secret', () => {
  test.for([
    [
      'has the time of its current version',
      {
        current_version: 2,
        updated_time: '2026-05-05T00:00:00Z',
        versions: { 1: version({ created_time: '2020-01-01T00:00:00Z' }), 2: version() },
      },
      { state: 'Present', createdTime: Date.parse('2026-01-02T03:04:05.678Z') },
    ],
    [
      'is deleted',
      { current_version: 1, versions: { 1: version({ deletion_time: CREATED }) } },
      { state: 'Deleted' },
    ],
    [
      'is destroyed',
      { current_version: 1, versions: { 1: version({ destroyed: true }) } },
      { state: 'Deleted' },
    ],
    ['was never written', { current_version: 0, versions: {} }, { state: 'Missing' }],
    [
      'has a time that cannot be read',
      { current_version: 1, versions: { 1: version({ created_time: 5 }) } },
      { state: 'Missing' },
    ],
    ['is of no such engine', { key: 'value' }, { state: 'Missing' }],
  ] as const)('%s', async ([, data, expected]) => {
    expect(await secret({ data })).toEqual(expected);
  });

  test('is missing', async () => {
    expect(await secret({ reason: 'Missing' })).toEqual({ state: 'Missing' });
  });

  test('of a mount that is missing is an error', async () => {
    await expect(secret({ reason: 'Missing', messages: ['no handler for route'] })).rejects.toMatchObject({
      reason: 'Missing',
    });
  });
});

test('the keys of a secret are named without their values, and those of one that is not there are not known', async () => {
  const keysOf = (response: Scripted) => {
    const session = createScriptedSession({ 'GET secret/subkeys/acme/crm': response });
    return createVaultInventory(session, null).secretKeys('secret/subkeys/acme/crm', null);
  };
  expect(await keysOf({ data: { subkeys: { token: null, url: null }, metadata: {} } })).toEqual([
    'token',
    'url',
  ]);
  expect(await keysOf({ data: { subkeys: null, metadata: {} } })).toBeNull();
  expect(await keysOf({ reason: 'Missing' })).toBeNull();
});

test('capabilities come in the order of the paths, and none where Vault names none', async () => {
  const session = createScriptedSession({
    'POST sys/capabilities-self': { data: { capabilities: ['read'], b: ['deny'], a: ['read', 'list'] } },
  });
  const inventory = createVaultInventory(session, 'platform');
  expect(await inventory.capabilities(['a', 'b', 'c'])).toEqual([['read', 'list'], ['deny'], []]);
  expect(session.requests).toMatchObject([{ namespace: 'platform', body: { paths: ['a', 'b', 'c'] } }]);
});

test('holdings are an error where a mount is missing', async () => {
  const gone = { reason: 'Missing', messages: ['no handler for route'] } as const;
  const session = createScriptedSession({ 'LIST auth/kubernetes/role': gone });
  const place = { namespace: null, authMounts: ['kubernetes'] };
  await expect(createVaultInventory(session, null).holdings(place)).rejects.toMatchObject({
    reason: 'Missing',
  });
});

test('holdings are of each mount, and none where nothing is there', async () => {
  const session = createScriptedSession({
    'LIST sys/policies/acl': { data: { keys: ['default', 'cloister.a.b.c'] } },
    'LIST auth/kubernetes/role': { data: { keys: ['cloister.a.b.c'] } },
  });
  const place = { namespace: 'eu', authMounts: ['edge', 'kubernetes'] };
  expect(await createVaultInventory(session, null).holdings(place)).toEqual({
    namespace: 'eu',
    policies: ['default', 'cloister.a.b.c'],
    authMounts: [
      { authMount: 'edge', roles: [] },
      { authMount: 'kubernetes', roles: ['cloister.a.b.c'] },
    ],
  });
  expect(new Set(session.requests.map(({ namespace }) => namespace))).toEqual(new Set(['eu']));
});

test('allowed roles are null where there is no connection', async () => {
  const session = createScriptedSession({
    'GET database/config/a': { data: { allowed_roles: ['cloister.acme.*'] } },
    'GET database/config/b': { data: {} },
  });
  const inventory = createVaultInventory(session, null);
  expect(await inventory.allowedRoles('database/config/a', null)).toEqual(['cloister.acme.*']);
  expect(await inventory.allowedRoles('database/config/b', null)).toEqual([]);
  expect(await inventory.allowedRoles('database/config/c', null)).toBe(null);
});
