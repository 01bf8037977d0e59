import { describe, expect, test } from 'vitest';
import { createTestAuthority } from '../../testbed/node/certificates.ts';
import { flagsOf, useVaultInstallation } from './use-vault-installation.ts';

const installation = useVaultInstallation();
const { vault, examine } = installation;

const bad = async (...parameters: Parameters<typeof examine>) =>
  (await examine(...parameters)).findings.filter(({ state }) => state !== 'Passed');

const ROLE = 'auth/kubernetes/role/operator-cloister';

describe('cloister doctor, asking Vault, finds', () => {
  test('nothing at all where the operator does not use it', async () => {
    await installation.deploy([]);
    expect((await examine()).findings).toEqual([]);
  });

  test('that it is not asked by somebody who may not become the operator', async () => {
    const kubeconfig = await installation.kubeconfigWith('nobody', [
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] },
    ]);
    expect((await examine([], { kubeconfig })).findings).toEqual([
      {
        subject: 'Vault, login of the operator',
        state: 'Noted',
        message: expect.stringContaining('you have no right to create serviceaccounts/token'),
      },
    ]);
  });

  test('that it is sealed', async () => {
    await vault.faults.seal();
    try {
      expect(await bad()).toEqual([
        {
          subject: `Vault ${vault.url}`,
          state: 'Failed',
          message:
            'is sealed: no sandbox gets an identity, and none loses one. Unseal it: vault operator unseal',
        },
      ]);
    } finally {
      await vault.faults.unseal();
    }
  });

  test('that it cannot be reached, and what to do', async () => {
    await vault.faults.refuse();
    try {
      const { code, findings } = await examine();
      expect(code).toBe(2);
      expect(findings).toEqual([
        {
          subject: `Vault ${vault.url}`,
          state: 'Unread',
          message: expect.stringMatching(
            /cannot be connected to .*give --vault-address and --vault-ca-file$/,
          ),
        },
      ]);
    } finally {
      await vault.faults.accept();
    }
  });

  test('the same where this machine reaches it otherwise than the operator', async () => {
    await installation.deploy(flagsOf('https://vault.invalid:8200'));
    expect(await bad()).toMatchObject([{ subject: 'Vault https://vault.invalid:8200', state: 'Unread' }]);
    expect(await bad(['--vault-address', vault.url])).toEqual([]);
  });

  test('that its certificate is not trusted, by the authority that is given', async () => {
    const file = installation.writeFile((await createTestAuthority()).certificate);
    expect(await bad(['--vault-ca-file', file])).toMatchObject([
      { state: 'Unread', message: expect.stringContaining('its certificate is not trusted') },
    ]);
    expect(await bad(['--vault-ca-file', vault.certificateAuthorityFile])).toEqual([]);
  });

  test.for([
    ['a file that does not exist', ['--vault-ca-file', '/does/not/exist'], 'cannot be read (ENOENT)'],
  ] as const)('%s', async ([, flags, message]) => {
    expect(await bad(flags)).toMatchObject([{ state: 'Failed', message: expect.stringContaining(message) }]);
  });

  test.for([
    [
      'a login that is refused',
      { bound_service_account_names: 'somebody' },
      'service account name not authorized',
    ],
    ['a login for another audience', { audience: 'other' }, 'invalid audience'],
    ['a login that does not exist', null, 'invalid role name'],
  ] as const)('%s', async ([, change, message]) => {
    const { data } = await vault.root('GET', ROLE);
    await (change === null ? vault.root('DELETE', ROLE) : vault.root('POST', ROLE, { ...data, ...change }));
    try {
      expect(await bad()).toEqual([
        {
          subject: 'Vault, login of the operator',
          state: 'Failed',
          message: expect.stringMatching(
            new RegExp(`${message}.*\\. Write the auth role operator-cloister at auth/kubernetes`),
          ),
        },
      ]);
    } finally {
      await vault.root('DELETE', ROLE);
      await vault.root('POST', ROLE, data);
    }
  });
});

test('the token that doctor uses is revoked when it has ended', async () => {
  const count = async (): Promise<number> => {
    const { data } = await vault.root('LIST', 'auth/token/accessors');
    return (data['keys'] as string[]).length;
  };
  const before = await count();
  await examine();
  expect(await count()).toBe(before);
});
