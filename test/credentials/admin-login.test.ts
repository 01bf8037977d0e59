import { expect, test } from 'vitest';
import { readAdminLogin } from '../../src/credentials/admin-login.ts';
import { Secret } from '../../src/lib/secret.ts';
import type { DatabaseRecord } from '../../src/policy/database/database-record.ts';
import type { StaticLogin } from '../../src/vault/static-logins.ts';
import { VaultError } from '../../src/vault/vault-error.ts';
import { ADMIN_BINDING, buildDatabase } from '../build/database.ts';
import { createMemoryKubeClient } from '../build/memory-kube-client.ts';

type Wanted = Pick<DatabaseRecord, 'database' | 'credential' | 'vault'>;

const VAULT = { authMount: 'kubernetes', namespace: 'acme' };
const STATIC = {
  name: 'crm-admin',
  vaultDatabase: { mount: 'database', connection: 'crm', staticRole: 'admin' },
};

type Give = () => StaticLogin | null;

/** Reads the login where the Secret has these keys, and Vault gives what it is told to. */
function read(
  wanted: Partial<Wanted>,
  data: Readonly<Record<string, string>> | null,
  give: Give | null = null,
) {
  const memory = createMemoryKubeClient();
  const encoded = Object.entries(data ?? {}).map(([key, text]) => [
    key,
    Buffer.from(text).toString('base64'),
  ]);
  const secret = { metadata: { name: 'crm-admin' }, data: Object.fromEntries(encoded) as object };
  if (data !== null) memory.put('secrets/crm-admin', secret);
  const staticLogins = give === null ? null : { read: async () => give() };
  const sources = { client: memory.client, namespace: 'cloister-t-acme', staticLogins };
  const record = { database: buildDatabase(), credential: ADMIN_BINDING, vault: undefined, ...wanted };
  return readAdminLogin(record, sources, new AbortController().signal);
}

test('a Secret gives the login that its two keys have', async () => {
  const found = await read({}, { username: 'admin', password: 'secret-1' });
  if (!('login' in found)) throw new Error(found.problem);
  expect([found.login.user, found.login.password.reveal()]).toEqual(['admin', 'secret-1']);
});

test('a static role of Vault gives the login that it has now', async () => {
  const give = () => ({ username: 'admin', password: new Secret('rotated') });
  const found = await read({ credential: STATIC, vault: VAULT }, null, give);
  if (!('login' in found)) throw new Error(found.problem);
  expect([found.login.user, found.login.password.reveal()]).toEqual(['admin', 'rotated']);
});

const missing: Give = () => null;
const sealed: Give = () => {
  throw new VaultError('GET x', { reason: 'Unavailable', messages: ['Vault is sealed'] });
};
const denied: Give = () => {
  throw new VaultError('GET x', { reason: 'Denied', messages: ['permission denied'] });
};
const ONE_KEY = { name: 'crm-admin', kubernetesSecret: { name: 'crm-admin', key: 'password' } };
const KEY_VALUE = { name: 'crm-admin', vaultKV: { mount: 'secret', path: 'crm', key: 'password' } };

test.for([
  ['is not bound', { credential: undefined }, null, null, 'AdminRefused', 'has no "crm-admin"'],
  ['has one key alone', { credential: ONE_KEY }, {}, null, 'AdminRefused', 'keys.username and keys.password'],
  ['is in a Secret that is not there', {}, null, null, 'AdminRefused', 'there is none'],
  ['is in a Secret without the password', {}, { username: 'a' }, null, 'AdminRefused', 'has no key password'],
  [
    'is in a key-value engine',
    { credential: KEY_VALUE, vault: VAULT },
    null,
    sealed,
    'AdminRefused',
    'no other',
  ],
  [
    'is in Vault, which is not used',
    { credential: STATIC, vault: VAULT },
    null,
    null,
    'AdminRefused',
    '--vault-address',
  ],
  [
    'is in Vault, which the tenant does not use',
    { credential: STATIC },
    null,
    sealed,
    'AdminRefused',
    'spec.vault',
  ],
  [
    'is no static role',
    { credential: STATIC, vault: VAULT },
    null,
    missing,
    'AdminRefused',
    'static-creds/admin',
  ],
  [
    'is in Vault, which is sealed',
    { credential: STATIC, vault: VAULT },
    null,
    sealed,
    'Unreachable',
    'sealed',
  ],
  [
    'is in Vault, which refuses',
    { credential: STATIC, vault: VAULT },
    null,
    denied,
    'AdminRefused',
    'denied',
  ],
] as const)('a credential that %s is refused', async ([, wanted, data, give, reason, problem]) => {
  expect(await read(wanted, data, give)).toEqual({
    reason,
    problem: expect.stringContaining(problem) as string,
  });
});
