import { beforeAll, describe, expect, test } from 'vitest';
import { buildSandboxPolicy } from '../../src/policy/vault/sandbox-policy.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';
import {
  ADMIN,
  type Attack,
  COMPARISONS,
  EMPTY,
  GOOD_ROLE,
  OWN,
  ROLE,
  useAttackedVault,
} from './attack-vault.ts';

const BEGINNING = '# Written by Cloister\n';

// What somebody does who has the operator's token for Vault.
const controlPlane = useControlPlane();

describe.for(COMPARISONS)('where Vault compares lists %s,', ([, environment]) => {
  const { vault, operator, expectRefused } = useAttackedVault(environment);

  describe('the operator does what it must', () => {
    test('a policy and an auth role are written, read, listed and deleted', async () => {
      const path = `sys/policies/acl/${OWN}`;
      expect((await operator('POST', path, EMPTY)).status).toBe(204);
      expect((await operator('GET', path)).data).toMatchObject(EMPTY);
      expect(await operator('POST', ROLE, GOOD_ROLE)).toMatchObject({ errors: [], status: 204 });
      expect((await operator('GET', ROLE)).data).toMatchObject({ token_policies: [OWN], token_ttl: 900 });
      expect((await operator('LIST', 'sys/policies/acl')).data['keys']).toContain(OWN);
      expect((await operator('LIST', 'auth/kubernetes/role')).data['keys']).toContain(OWN);
      expect((await operator('DELETE', ROLE)).status).toBe(204);
      expect((await operator('DELETE', path)).status).toBe(204);
    });

    test('it sees the accessor of the auth mount, and its own capabilities', async () => {
      expect((await operator('GET', 'sys/mounts/auth/kubernetes')).data['accessor']).toMatch(
        /^auth_kubernetes_/,
      );
      const { data } = await operator('POST', 'sys/capabilities-self', { paths: [ROLE] });
      expect(data[ROLE]).toEqual(['create', 'delete', 'read', 'update']);
    });
  });

  describe('the operator writes no policy but those of sandboxes', () => {
    test.for<Attack>([
      ['its own', 'PUT', 'sys/policies/acl/operator-cloister', ADMIN],
      ['another', 'PUT', 'sys/policies/acl/admin', EMPTY],
      ['one that begins alike, without the dot', 'PUT', 'sys/policies/acl/cloister', ADMIN],
      ['one that begins alike, with a hyphen', 'PUT', 'sys/policies/acl/cloister-admin', ADMIN],
      ['the default one', 'PUT', 'sys/policies/acl/default', EMPTY],
      [
        'one in capital letters, which Vault makes small',
        'PUT',
        `sys/policies/acl/${OWN.toUpperCase()}`,
        EMPTY,
      ],
      ['another through its own folder', 'PUT', 'sys/policies/acl/cloister.x/../admin', EMPTY],
      ['another through its own folder, encoded', 'PUT', 'sys/policies/acl/cloister.x%2F..%2Fadmin', EMPTY],
      ['one at the path of old', 'PUT', `sys/policy/${OWN}`, EMPTY],
      ['a password policy', 'PUT', `sys/policies/password/${OWN}`, { policy: 'length = 8' }],
      ['a policy with a parameter beside', 'PUT', `sys/policies/acl/${OWN}`, { ...EMPTY, name: 'admin' }],
    ])('%s', expectRefused);

    test('and reads and deletes no other', async () => {
      expect((await operator('GET', 'sys/policies/acl/admin')).status).toBe(403);
      expect((await operator('DELETE', 'sys/policies/acl/admin')).status).toBe(403);
      expect((await operator('DELETE', 'auth/kubernetes/role/admin')).status).toBe(403);
    });
  });

  describe('the operator writes no policy that allows more than to read secrets by their paths', () => {
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    test.for([
      ['everything', ADMIN.policy],
      ['everything, behind the first words', `${BEGINNING}${ADMIN.policy}`],
      ['to read everything', `${BEGINNING}path "*" { capabilities = ["read"] }`],
      ['to read everything of one depth', `${BEGINNING}path "secret/+/a" { capabilities = ["read"] }`],
      ['to read without the first words', 'path "secret/data/a" { capabilities = ["read"] }'],
      ...['create', 'update', 'patch', 'delete', 'list', 'sudo', 'recover', 'subscribe'].map(
        (word) =>
          [`to ${word}`, `${BEGINNING}path "secret/data/a" { capabilities = ["read", "${word}"] }`] as const,
      ),
      ['to update, with a comment behind', `${BEGINNING}path "a/b" { capabilities = ["update"/* x */] }`],
      ['to update, without quotation marks', `${BEGINNING}path "a/b" { capabilities = [update] }`],
      ['to update, in other quotation marks', `${BEGINNING}path "a/b" { capabilities = ['update'] }`],
      ['to update, as a here-document', `${BEGINNING}path "a/b" { capabilities = [<<E\nupdate\nE\n] }`],
      ['to update, escaped', `${BEGINNING}path "a/b" { capabilities = ["\\u0075pdate"] }`],
      ['to update, in capital letters', `${BEGINNING}path "a/b" { capabilities = ["UPDATE"] }`],
      ['to write, as of old', `${BEGINNING}path "a/b" { policy = "write" }`],
      ['to write, as of old, with the name quoted', `${BEGINNING}path "a/b" { "policy" = "write" }`],
      ['everything, as of old', `${BEGINNING}path "a/b" { policy = "sudo" }`],
      ["to read of Vault's own", `${BEGINNING}path "sys/policies/acl/admin" { capabilities = ["read"] }`],
      ["to read of Vault's own, with a slash", `${BEGINNING}path "/sys/auth" { capabilities = ["read"] }`],
      ["to read of Vault's own, escaped", `${BEGINNING}path "\\u0073ys/auth" { capabilities = ["read"] }`],
      ['to read of logins', `${BEGINNING}path "auth/kubernetes/config" { capabilities = ["read"] }`],
      ['to read of entities', `${BEGINNING}path "identity/entity/id/a" { capabilities = ["read"] }`],
      [
        'to read by a template',
        `${BEGINNING}path "secret/data/{{identity.entity.id}}" { capabilities = ["read"] }`,
      ],
      ['everything, in base64', base64(ADMIN.policy)],
      ['everything, in base64, behind the first words', base64(`${BEGINNING}${ADMIN.policy}`)],
      ['everything, as JSON', '{"path": {"*": {"capabilities": ["sudo"]}}}'],
      ['everything, behind a byte order mark', `\uFEFF${BEGINNING}${ADMIN.policy}`],
      ['everything, in a list', [`${BEGINNING}${ADMIN.policy}`]],
    ] as const)('%s', async ([name, policy]) =>
      expectRefused([name, 'PUT', `sys/policies/acl/${OWN}`, { policy }]),
    );

    test('but one of a sandbox with every credential, and of one with none', async () => {
      const credentials = ['mailing-list', 'a,"b'].map((name) => ({ name }));
      const bindings = [
        {
          name: 'mailing-list',
          vaultKV: { mount: 'system', path: 'identity/create,update=(sudo)', key: 'a' },
        },
      ];
      for (const bound of [bindings, []]) {
        const { text } = buildSandboxPolicy(credentials, bound);
        const { status, errors } = await operator('PUT', `sys/policies/acl/${OWN}`, { policy: text });
        expect({ status, errors }).toEqual({ status: 204, errors: [] });
        expect((await operator('GET', `sys/policies/acl/${OWN}`)).data['policy']).toBe(text);
      }
      await operator('DELETE', `sys/policies/acl/${OWN}`);
    });
  });

  describe('the operator has no way round', () => {
    test.for<Attack>([
      ['a child token', 'POST', 'auth/token/create', { policies: ['admin'] }],
      ['an orphan', 'POST', 'auth/token/create-orphan', {}],
      ['the tokens of all', 'LIST', 'auth/token/accessors'],
      ['another Kubernetes to believe', 'POST', 'auth/kubernetes/config', { kubernetes_host: 'https://a' }],
      ['another login', 'POST', 'sys/auth/userpass', { type: 'userpass' }],
      ['a secret', 'GET', 'secret/data/acme/openai'],
      ['the names of secrets', 'LIST', 'secret/metadata/acme'],
      ['a database', 'POST', 'database/config/warehouse', { plugin_name: 'postgresql-database-plugin' }],
      ['a database role of a connection of others', 'POST', `database/roles/${OWN}`, { db_name: 'payroll' }],
      ['a database role of others', 'POST', 'database/roles/reports', { db_name: 'warehouse' }],
      ['logins that live a day', 'POST', `database/roles/${OWN}`, { db_name: 'warehouse', max_ttl: '86400' }],
      ['a static login', 'POST', `database/static-roles/${OWN}`, { db_name: 'warehouse', username: 'owner' }],
      ['a database login', 'GET', `database/creds/${OWN}`],
      ['an entity', 'POST', 'identity/entity', { name: 'x', policies: ['admin'] }],
      ['a group', 'POST', 'identity/group', { name: 'x', policies: ['admin'] }],
      ['the names of entities', 'LIST', 'identity/entity/id'],
      ['entities made one', 'POST', 'identity/entity/merge', { from_entity_ids: ['a'], to_entity_id: 'b' }],
      ['the logins of all revoked', 'PUT', 'sys/leases/revoke-prefix/auth/kubernetes/login'],
      ['the database logins of all revoked', 'PUT', 'sys/leases/revoke-prefix/database/creds'],
      ['leases forgotten', 'PUT', `sys/leases/revoke-force/database/creds/${OWN}`],
      ['Vault sealed', 'PUT', 'sys/seal'],
      ['no audit', 'DELETE', 'sys/audit/file'],
      ['what Vault holds as it is', 'GET', 'sys/raw/core/keyring'],
    ])('to %s', expectRefused);
  });

  describe('the operator changes nothing of an entity but that it is disabled', () => {
    let id = '';
    beforeAll(async () => {
      const { data } = await vault.root('POST', 'identity/entity', { name: 'somebody' });
      id = String(data['id']);
    });
    test.for([
      ['gives it a policy', { policies: ['admin'] }],
      ['gives it a policy beside', { disabled: true, policies: ['admin'] }],
      ['gives it another name', { name: 'cloister' }],
      ['enables it', { disabled: false }],
      ['enables it by text', { disabled: 'false' }],
    ] as const)('%s: refused', async ([, body]) => {
      expect((await operator('POST', `identity/entity/id/${id}`, body)).status).toBe(403);
      expect((await vault.root('GET', `identity/entity/id/${id}`)).data).toMatchObject({
        name: 'somebody',
        disabled: false,
        policies: [],
      });
    });

    test('it does not read it, disables it, and deletes it', async () => {
      const path = `identity/entity/id/${id}`;
      expect((await operator('GET', path)).status).toBe(403);
      expect((await operator('POST', path, { disabled: true })).status).toBeLessThan(300);
      expect((await vault.root('GET', path)).data).toMatchObject({ disabled: true });
      expect((await operator('DELETE', path)).status).toBe(204);
    });
  });

  // Said in docs/threat-model.md.
  describe('what the policy cannot prevent', () => {
    test('a policy that reads a secret by its path, with which a ServiceAccount of a system namespace logs in', async () => {
      const policy = `${BEGINNING}path "secret/data/acme/openai" { capabilities = ["read"] }`;
      expect((await operator('PUT', `sys/policies/acl/${OWN}`, { policy })).status).toBe(204);
      expect((await operator('POST', ROLE, GOOD_ROLE)).status).toBe(204);
      const [namespace, name] = ['cloister-t-acme', 'acme-agents.hermes'];
      await controlPlane.apply([
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
      ]);
      const token = await vault.serviceAccountToken({ namespace, serviceAccount: name });
      const sandbox = await vault.loggedIn(OWN, token);
      expect((await sandbox('GET', 'secret/data/acme/openai')).data).toMatchObject({
        data: { key: 'hidden' },
      });
    });

    test('an auth role without an audience and without the times', async () => {
      const role = {
        bound_service_account_names: 'acme-agents.other',
        bound_service_account_namespaces: 'cloister-t-acme',
      };
      const path = 'auth/kubernetes/role/cloister.acme.acme-agents.other';
      expect((await operator('POST', path, role)).status).toBeLessThan(300);
    });

    test('an entity of anybody is disabled', async () => {
      const { data } = await vault.root('POST', 'identity/entity', { name: 'a-person' });
      const path = `identity/entity/id/${String(data['id'])}`;
      expect((await operator('POST', path, { disabled: true })).status).toBeLessThan(300);
    });
  });
});
