import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identityPlace, vaultName } from '../../../src/policy/vault/vault-identity.ts';
import type { CallVault } from '../../testbed/vault/call-vault.ts';
import { wantedOf } from '../../vault/use-identities.ts';
import { NAMESPACE, ownerOf, useVaultInstallation } from './use-vault-installation.ts';

const installation = useVaultInstallation();
const { vault, sweep } = installation;

const nameOf = (sandbox: string): string => vaultName(ownerOf(sandbox));
const policyOf = (sandbox: string): string => `sys/policies/acl/${nameOf(sandbox)}`;
const roleOf = (sandbox: string): string => `auth/kubernetes/role/${nameOf(sandbox)}`;
const statusOf = async (path: string): Promise<number> => (await vault.root('GET', path)).status;

/** The names in Vault that begin with `cloister`. */
async function held(): Promise<readonly string[]> {
  const lists = await Promise.all(
    ['sys/policies/acl', 'auth/kubernetes/role'].map(async (path) => {
      const { data } = await vault.root('LIST', path);
      return ((data['keys'] ?? []) as string[]).map((key) => `${path}/${key}`);
    }),
  );
  return lists.flat().filter((path) => path.includes('/cloister'));
}

async function callAs(sandbox: string): Promise<CallVault> {
  const { namespace, name } = identityPlace(ownerOf(sandbox));
  const token = await vault.serviceAccountToken({ namespace, serviceAccount: name });
  return vault.loggedIn(nameOf(sandbox), token);
}

/** Of two sandboxes whose names begin alike and a third in between, one was forgotten: hermes is there, hermes-2 is not. */
beforeEach(async () => {
  for (const name of ['hermes', 'hermes-2', 'herm']) await installation.makeSandbox(name);
  await installation.forgetSandbox('hermes-2');
});
afterEach(async () => {
  for (const path of await held()) await vault.root('DELETE', path);
  await installation.kubectl('delete', 'serviceaccounts', '--all', '-n', 'cloister-t-acme');
});

describe('cloister vault sweep', () => {
  test('lists what is of a sandbox that does not exist, and removes nothing', async () => {
    const before = await held();
    expect(await sweep()).toEqual({
      code: 1,
      out:
        'found    cloister.acme.acme-agents.hermes-2: auth role at auth/kubernetes, policy; AgentSandbox acme-agents/hermes-2 does not exist\n' +
        '1 found, 0 removed, 0 failed\nRemove what is found: cloister vault sweep --yes\n',
      error: '',
      progress: [],
    });
    expect(await held()).toEqual(before);
  });

  test('removes it with --yes, with the entity of whoever had logged in, and leaves those that exist', async () => {
    const gone = await callAs('hermes-2');
    const alive = await callAs('hermes');
    const uid = await installation.uidOf('hermes-2');
    const { data } = await vault.root('GET', 'sys/mounts/auth/kubernetes');
    const alias = { alias_name: uid, alias_mount_accessor: data['accessor'] };
    expect((await vault.root('POST', 'identity/lookup/entity', alias)).status).toBe(200);

    expect(await sweep(['--yes'])).toMatchObject({
      code: 0,
      out: 'removed  cloister.acme.acme-agents.hermes-2: auth role at auth/kubernetes, leases, entity, database roles, policy\n0 found, 1 removed, 0 failed\n',
      error: '',
    });

    expect(await held()).toEqual([policyOf('herm'), policyOf('hermes'), roleOf('herm'), roleOf('hermes')]);
    expect((await vault.root('POST', 'identity/lookup/entity', alias)).status).toBe(204);
    expect((await gone('GET', 'secret/data/agents/hermes-2')).status).toBe(403);
    expect((await alive('GET', 'secret/data/agents/hermes')).status).toBe(200);
    expect((await callAs('herm').then((call) => call('GET', 'secret/data/agents/herm'))).status).toBe(200);
    expect(await sweep(['--yes'])).toMatchObject({ code: 0, out: '0 found, 0 removed, 0 failed\n' });
  });

  test('finds the entity where the ServiceAccount is gone too, so that the next sandbox of the name does not revive its tokens', async () => {
    const gone = await callAs('hermes-2');
    const { namespace, name } = identityPlace(ownerOf('hermes-2'));
    await installation.kubectl('delete', 'serviceaccount', name, '-n', namespace);
    expect(await sweep(['--yes'])).toMatchObject({
      code: 0,
      out: expect.stringContaining(
        'hermes-2: auth role at auth/kubernetes, leases, entity, database roles, policy\n',
      ),
    });
    expect((await gone('GET', 'secret/data/agents/hermes-2')).status).toBe(403);
    await installation.makeSandbox('hermes-2');
    expect((await gone('GET', 'secret/data/agents/hermes-2')).status).toBe(403);
    expect((await callAs('hermes-2').then((call) => call('GET', 'secret/data/agents/hermes-2'))).status).toBe(
      200,
    );
  });

  test('removes it where nothing tells of its ServiceAccount, and a token that was given opens nothing', async () => {
    const gone = await callAs('hermes-2');
    const { namespace, name } = identityPlace(ownerOf('hermes-2'));
    await installation.kubectl('delete', 'serviceaccount', name, '-n', namespace);
    await vault.root('PUT', policyOf('hermes-2'), { policy: wantedOf(ownerOf('hermes-2')).policy });
    expect(await sweep(['--yes'])).toMatchObject({
      code: 0,
      out: expect.stringContaining(
        'hermes-2: auth role at auth/kubernetes, leases, database roles, policy\n',
      ),
    });
    expect((await gone('GET', 'secret/data/agents/hermes-2')).status).toBe(403);
  });

  test('keeps a policy that no auth role names, unless it is told to', async () => {
    await vault.root('DELETE', roleOf('hermes-2'));
    expect(await sweep(['--yes'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^kept {5}cloister\.acme\.acme-agents\.hermes-2: policy; .* add --policies\n0 found/,
      ),
    });
    expect(await statusOf(policyOf('hermes-2'))).toBe(200);
    expect((await sweep(['--policies'])).code).toBe(1);
    expect(await sweep(['--policies', '--yes'])).toMatchObject({ code: 0 });
    expect(await statusOf(policyOf('hermes-2'))).toBe(404);
    expect(await statusOf(policyOf('hermes'))).toBe(200);
  });

  test('removes nothing that is not named as a sandbox is', async () => {
    const policy = '# Of somebody else';
    const names = ['cloister-2.acme.acme-agents.x', 'cloister.x', 'cloister.a.b.c.d', 'other'];
    for (const name of names) await vault.root('PUT', `sys/policies/acl/${name}`, { policy });
    const { code, out } = await sweep(['--yes', '--policies']);
    expect(code).toBe(0);
    expect(out).toContain('kept     cloister.a.b.c.d: no name of a sandbox, so Cloister did not make it\n');
    for (const name of [...names, 'operator-cloister'])
      expect([name, await statusOf(`sys/policies/acl/${name}`)]).toEqual([name, 200]);
  });

  test('removes nothing where it cannot read all sandboxes', async () => {
    const before = await held();
    const kubeconfig = await installation.kubeconfigWith('editor', [
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] },
      { apiGroups: [''], resources: ['configmaps', 'serviceaccounts'], verbs: ['get'] },
      { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
      { apiGroups: ['cloister.dev'], resources: ['tenantisolations'], verbs: ['list'] },
      { apiGroups: ['cloister.dev'], resources: ['agentsandboxes'], verbs: ['get'] },
    ]);
    const { code, out, error } = await sweep(['--yes', '--policies'], kubeconfig);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(/^error: cannot list AgentSandbox: .* is forbidden/);
    expect(await held()).toEqual(before);
  });

  test('removes nothing where it may not become the operator', async () => {
    const kubeconfig = await installation.kubeconfigWith('editor', [
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
      { apiGroups: ['cloister.dev'], resources: ['*'], verbs: ['get', 'list'] },
    ]);
    const { code, error } = await sweep(['--yes'], kubeconfig);
    expect(code).toBe(2);
    expect(error).toContain('serviceaccounts/token');
    expect(await statusOf(roleOf('hermes-2'))).toBe(200);
  });

  test('says which could not be removed, and removes the others', async () => {
    await installation.forgetSandbox('herm');
    await installation.writePolicy(
      (text) => `${text}\npath "sys/policies/acl/${nameOf('herm')}" {\n  capabilities = ["read"]\n}\n`,
    );
    const { code, out, error } = await sweep(['--yes']);
    expect(code).toBe(2);
    expect(error).toMatch(
      /^error: cloister\.acme\.acme-agents\.herm: DELETE sys\/policies.*permission denied/,
    );
    expect(out).toMatch(
      /removed {2}cloister\.acme\.acme-agents\.hermes-2: .*\n0 found, 1 removed, 1 failed\n$/,
    );
    expect(await statusOf(roleOf('herm'))).toBe(404);
  });

  test('says why where Vault is sealed, and where the operator uses none', async () => {
    await vault.faults.seal();
    try {
      const { code, error } = await sweep(['--yes']);
      expect(code).toBe(2);
      expect(error).toContain('sealed');
    } finally {
      await vault.faults.unseal();
    }
    await installation.deploy([]);
    expect(await sweep()).toMatchObject({
      code: 2,
      error: 'error: the operator uses no Vault: its Deployment has no --vault-address\n',
    });
  });
});

test('doctor names what sweep removes', async () => {
  const { findings } = await installation.examine();
  expect(findings).toContainEqual({
    subject: 'Vault, identities',
    state: 'Failed',
    message:
      'some are of sandboxes that do not exist: cloister.acme.acme-agents.hermes-2. List what there is of them: cloister vault sweep; and remove it: cloister vault sweep --yes',
  });
  await sweep(['--yes']);
  expect((await installation.examine()).findings).toContainEqual({
    subject: 'Vault, identities',
    state: 'Passed',
    message: 'all belong to sandboxes that exist',
  });
  expect(await installation.kubectl('get', 'agentsandboxes', '-n', NAMESPACE, '-o', 'name')).not.toBe('');
});
