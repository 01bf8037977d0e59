import { describe, expect, test } from 'vitest';
import { TENANT_OBJECT, useVaultInstallation } from './use-vault-installation.ts';

const DAY = 24 * 3_600_000;
const installation = useVaultInstallation();
const { vault, examine } = installation;

const bad = async (...parameters: Parameters<typeof examine>) =>
  (await examine(...parameters)).findings.filter(({ state }) => state !== 'Passed');

describe('cloister doctor finds of Vault', () => {
  test('nothing wrong where it is set up as documented', async () => {
    const { findings } = await examine();
    expect(findings.map(({ subject, state, message }) => `${state} ${subject}: ${message}`)).toEqual([
      `Passed Vault ${vault.url}: answers, and is not sealed`,
      'Passed Vault, login of the operator: is accepted at auth/kubernetes',
      'Passed Vault, rights of the operator: has those that it needs at 12 paths',
      'Passed Vault, connection database/config/warehouse of TenantIsolation acme: allows the roles cloister.acme.*',
      'Passed Vault, connection database/config/warehouse of TenantIsolation acme: gives logins names that say nothing of the tenant',
      'Passed Vault, identities: all belong to sandboxes that exist',
      'Passed Vault, bound secrets: the one that tenants bind changed within 30 days',
    ]);
  });

  test('each path and capability that the operator lacks', async () => {
    const without = (path: string) => (text: string) =>
      text.replace(new RegExp(`path "${path}" \\{[^}]*\\}\\n`), '');
    await installation.writePolicy((text) =>
      without('identity/lookup/entity')(text).replace('"update", "sudo"]', '"update"]'),
    );
    expect(await bad()).toEqual([
      {
        subject: 'Vault, rights of the operator',
        state: 'Failed',
        message:
          'lacks: update on identity/lookup/entity; sudo on sys/leases/revoke-prefix/database/creds/cloister.*. Write its policy again: ' +
          'kubectl get tenantisolations -o yaml | cloister vault policy -f - | vault policy write operator-cloister -',
      },
    ]);
  });

  test('what a tenant names since the policy was written', async () => {
    const edge = { ...TENANT_OBJECT, spec: { ...TENANT_OBJECT.spec, vault: { authMount: 'edge' } } };
    await installation.apply([edge]);
    try {
      expect(await bad()).toMatchObject([
        {
          subject: 'Vault, rights of the operator',
          message: expect.stringContaining(
            'create, read, update, delete on auth/edge/role/cloister.*; list on auth/edge/role',
          ),
        },
        { subject: 'Vault, identities', message: expect.stringContaining('permission denied') },
      ]);
      await installation.writePolicy();
      expect(await bad()).toMatchObject([
        {
          subject: 'Vault, identities',
          message: expect.stringMatching(/LIST auth\/edge\/role.*correct spec.vault/),
        },
      ]);
    } finally {
      await installation.apply([TENANT_OBJECT]);
    }
  });

  test('a mount that cannot be in a policy, and examines the others', async () => {
    const spec = { ...TENANT_OBJECT.spec, namespaces: [], vault: { authMount: '+' }, credentials: [] };
    await installation.apply([{ ...TENANT_OBJECT, metadata: { name: 'plus' }, spec }]);
    try {
      expect(await bad()).toEqual([
        {
          subject: 'Vault, what tenants name',
          state: 'Failed',
          message: expect.stringContaining('TenantIsolation "plus": spec.vault.authMount is "+"'),
        },
      ]);
      const { code, out, error } = await installation.sweep();
      expect({ code, out }).toEqual({ code: 2, out: '0 found, 0 removed, 0 failed\n' });
      expect(error).toContain('error: TenantIsolation "plus"');
    } finally {
      await installation.kubectl('delete', 'tenantisolation', 'plus');
    }
  });

  test('a connection that is missing, or closed to the tenant', async () => {
    const subject = 'Vault, connection database/config/warehouse of TenantIsolation acme';
    await installation.writeConnection(['cloister.ac.*', 'reports']);
    expect(await bad()).toEqual([
      {
        subject,
        state: 'Failed',
        message:
          'allowed_roles is ["cloister.ac.*","reports"]; must have cloister.acme.*. Set it, with those of other tenants that use it: ' +
          'vault write database/config/warehouse allowed_roles="cloister.acme.*"',
      },
    ]);
    await vault.root('DELETE', 'database/config/warehouse');
    expect(await bad()).toEqual([
      { subject, state: 'Failed', message: expect.stringMatching(/^does not exist\. Write it in Vault/) },
    ]);
  });

  test('a secret that is old, and whose remarks are new', async () => {
    await vault.root('POST', 'secret/metadata/acme/crm', { custom_metadata: { owner: 'acme' } });
    expect(await bad([], { now: () => Date.now() + 29 * DAY })).toEqual([]);
    const old = (await bad([], { now: () => Date.now() + 32 * DAY })).filter(({ subject }) =>
      subject.startsWith('Vault'),
    );
    expect(old).toEqual([
      {
        subject: 'Vault, secret secret/acme/crm of TenantIsolation acme',
        state: 'Noted',
        message: 'is 32 days old. Replace it where it is used, and write it again: vault kv put',
      },
    ]);
  });

  test('a secret that lacks the key that is bound', async () => {
    await vault.root('POST', 'secret/data/acme/crm', { data: { other: 'value' } });
    expect(await bad()).toEqual([
      {
        subject: 'Vault, secret secret/acme/crm of TenantIsolation acme',
        state: 'Failed',
        message: 'has no key token. Add it, or correct spec.credentials of the tenant',
      },
    ]);
    await vault.root('POST', 'secret/data/acme/crm', { data: { token: 'value' } });
  });

  test('a secret that is deleted, one that is missing, and one whose age it may not know', async () => {
    const subject = 'Vault, secret secret/acme/crm of TenantIsolation acme';
    await vault.root('DELETE', 'secret/data/acme/crm');
    expect(await bad()).toMatchObject([
      { subject, state: 'Failed', message: expect.stringContaining('is deleted') },
    ]);
    await vault.root('DELETE', 'secret/metadata/acme/crm');
    expect(await bad()).toMatchObject([
      { subject, state: 'Failed', message: expect.stringContaining('does not exist') },
    ]);
    await installation.writePolicy((text) =>
      text.replace('path "secret/metadata/acme/crm"', 'path "secret/none"'),
    );
    expect(await bad()).toMatchObject([
      {
        subject: 'Vault, bound secrets',
        state: 'Noted',
        message: expect.stringContaining(
          'may not read the metadata and the names of the keys of secret/acme/crm. Write its policy again',
        ),
      },
    ]);
  });

  test('a namespace that this Vault does not have', async () => {
    const spec = { ...TENANT_OBJECT.spec, vault: { authMount: 'kubernetes', namespace: 'eu' } };
    await installation.apply([{ ...TENANT_OBJECT, spec }]);
    try {
      const findings = await bad();
      expect(findings).toContainEqual({
        subject: 'Vault, identities',
        state: 'Failed',
        message: expect.stringContaining('this Vault has no namespaces'),
      });
    } finally {
      await installation.kubectl('delete', 'tenantisolation', 'acme');
      await installation.apply([TENANT_OBJECT]);
    }
  });
});

test('what doctor needs beside opens no secret and changes nothing', async () => {
  const operator = await vault.asOperator();
  const ask = async (method: string, path: string, body?: object) =>
    (await operator(method, path, body)).status;
  expect(await ask('GET', 'secret/metadata/acme/crm')).toBe(200);
  const keys = await operator('GET', 'secret/subkeys/acme/crm');
  expect(keys).toMatchObject({ status: 200, body: { data: { subkeys: { token: null } } } });
  const { status, body } = await operator('GET', 'database/config/warehouse');
  expect(status).toBe(200);
  expect(JSON.stringify(body)).not.toContain('not-shown');
  for (const [method, path] of [
    ['GET', 'secret/data/acme/crm'],
    ['LIST', 'secret/metadata/acme'],
    ['GET', 'secret/metadata/acme/other'],
    ['GET', 'secret/subkeys/acme/other'],
    ['POST', 'secret/metadata/acme/crm'],
    ['DELETE', 'secret/metadata/acme/crm'],
    ['POST', 'database/config/warehouse'],
    ['DELETE', 'database/config/warehouse'],
    ['LIST', 'database/config'],
  ] as const)
    expect([method, path, await ask(method, path, method === 'POST' ? {} : undefined)]).toEqual([
      method,
      path,
      403,
    ]);
});
