import { beforeAll, describe, expect, test } from 'vitest';
import { type CallVault, mustSucceed } from '../testbed/vault/call-vault.ts';
import { useVault } from '../testbed/vault/use-vault.ts';
import { useControlPlane } from '../testbed/use-control-plane.ts';

// What somebody does who has the operator's token for Vault.
const controlPlane = useControlPlane();

const OWN = 'cloister.acme.acme-agents.hermes';
const ROLE = `auth/kubernetes/role/${OWN}`;
const GOOD_ROLE = {
  bound_service_account_names: 'acme-agents.hermes',
  bound_service_account_namespaces: 'cloister-t-acme',
  audience: 'vault',
  alias_name_source: 'serviceaccount_uid',
  token_policies: OWN,
  token_no_default_policy: true,
  token_type: 'service',
  token_ttl: '900',
  token_max_ttl: '900',
  token_explicit_max_ttl: '900',
};
const ADMIN = {
  policy: 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }',
};
const EMPTY = { policy: 'path "secret/data/a" { capabilities = ["read"] }' };

type Attack = readonly [name: string, method: string, path: string, body?: Readonly<Record<string, unknown>>];

// Lists are compared by their elements, or as a whole: so it is in older versions, and where Vault is set so.
describe.for([
  ['by their elements', {}],
  ['as a whole', { VAULT_LEGACY_EXACT_MATCHING_ON_LIST: 'true' }],
] as const)('where Vault compares lists %s,', ([, environment]) => {
  const vault = useVault(() => controlPlane, { environment });
  let operator: CallVault;

  beforeAll(async () => {
    operator = await vault.asOperator();
    await mustSucceed('a policy', vault.root('PUT', 'sys/policies/acl/admin', ADMIN));
    const role = { ...GOOD_ROLE, bound_service_account_names: 'admin', token_policies: 'admin' };
    await mustSucceed('an auth role', vault.root('POST', 'auth/kubernetes/role/admin', role));
    await mustSucceed('a secret', vault.root('POST', 'secret/data/acme/openai', { data: { key: 'hidden' } }));
  });

  /** The policies, and the auth roles, with what they say. */
  async function everything(): Promise<unknown> {
    const read = async (folder: string): Promise<unknown> => {
      const { keys = [] } = (await vault.root('LIST', folder)).data as { readonly keys?: readonly string[] };
      return Promise.all(keys.map(async (key) => [key, (await vault.root('GET', `${folder}/${key}`)).data]));
    };
    return Promise.all([read('sys/policies/acl'), read('auth/kubernetes/role')]);
  }

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

  /** Whatever it is refused with: nothing that Vault holds is another afterwards. */
  async function expectRefused([, method, path, body]: Attack): Promise<void> {
    const before = await everything();
    const response = await operator(method, path, body);
    expect(response.status, JSON.stringify(response.body)).toBeGreaterThanOrEqual(300);
    expect(response.data).toEqual({});
    expect(await everything()).toEqual(before);
  }

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

  describe('the operator writes no auth role but one that a sandbox may have', () => {
    const withRole = (changes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
      ...GOOD_ROLE,
      ...changes,
    });
    test.for<readonly [name: string, changes: Readonly<Record<string, unknown>>]>([
      ['another policy', { token_policies: 'admin' }],
      ['root', { token_policies: 'root' }],
      ['another policy behind its own', { token_policies: 'cloister.a,admin' }],
      ['another policy behind its own and a space', { token_policies: 'cloister.a, admin' }],
      ['another policy before its own', { token_policies: 'admin,cloister.a' }],
      ['a list of policies', { token_policies: [OWN, 'admin'] }],
      ['a list of lists of policies', { token_policies: [[OWN], ['admin']] }],
      ['a list of policies as text', { token_policies: '["cloister.a","admin"]' }],
      ['another policy by the parameter of old', { token_policies: OWN, policies: 'admin' }],
      ['another policy by the parameter of old alone', { token_policies: undefined, policies: ['admin'] }],
      ['a policy that begins alike', { token_policies: 'cloister-admin' }],
      ['the default policy beside', { token_no_default_policy: false }],
      ['every ServiceAccount', { bound_service_account_names: '*' }],
      ['every ServiceAccount that begins alike', { bound_service_account_names: 'acme-agents.*' }],
      ['every ServiceAccount that ends alike', { bound_service_account_names: '*.hermes' }],
      ['every ServiceAccount, as a list', { bound_service_account_names: ['*'] }],
      [
        'every ServiceAccount that begins alike, as a list',
        { bound_service_account_names: ['acme-agents.*'] },
      ],
      ['every ServiceAccount, as a list in a list', { bound_service_account_names: [['*']] }],
      ['a ServiceAccount that is no identity', { bound_service_account_names: 'cloister-gateway' }],
      ['two ServiceAccounts', { bound_service_account_names: 'acme-agents.hermes,default' }],
      ['every namespace', { bound_service_account_namespaces: '*' }],
      ['every system namespace', { bound_service_account_namespaces: 'cloister-t-*' }],
      ["the agents' namespace", { bound_service_account_namespaces: 'acme-agents' }],
      ["the operator's namespace", { bound_service_account_namespaces: 'cloister-system' }],
      ['two namespaces', { bound_service_account_namespaces: 'cloister-t-acme,default' }],
      ['a list of namespaces', { bound_service_account_namespaces: ['cloister-t-acme', 'default'] }],
      ['every system namespace, as a list', { bound_service_account_namespaces: ['cloister-t-*'] }],
      [
        'namespaces by their labels',
        { bound_service_account_namespace_selector: '{"matchLabels":{"a":"b"}}' },
      ],
      ['another audience', { audience: 'https://kubernetes.default.svc.cluster.local' }],
      ['a name that a later ServiceAccount can have', { alias_name_source: 'serviceaccount_name' }],
      ['tokens that cannot be revoked', { token_type: 'batch' }],
      ['tokens that live longer', { token_ttl: '901' }],
      ['tokens that live for ever', { token_ttl: '0', token_max_ttl: '0' }],
      ['tokens that are renewed for ever', { token_period: '900' }],
      ['tokens from elsewhere', { token_bound_cidrs: '0.0.0.0/0' }],
      ['a time by its name of old', { ttl: '9000' }],
    ])('%s', async ([name, changes]) => expectRefused([name, 'POST', ROLE, withRole(changes)]));

    test.for<Attack>([
      ['of its own', 'POST', 'auth/kubernetes/role/operator-cloister', GOOD_ROLE],
      ['of others', 'POST', 'auth/kubernetes/role/admin', GOOD_ROLE],
      ['that begins alike', 'POST', 'auth/kubernetes/role/cloister-admin', GOOD_ROLE],
      ['of others, through its own folder', 'POST', 'auth/kubernetes/role/cloister.x/../admin', GOOD_ROLE],
      ['at a mount that no tenant names', 'POST', `auth/other/role/${OWN}`, GOOD_ROLE],
    ])('one %s', expectRefused);
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
      ['a database role', 'POST', `database/roles/${OWN}`, { db_name: 'warehouse' }],
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
    test('a policy of any content, with which a ServiceAccount of a system namespace logs in', async () => {
      expect((await operator('PUT', `sys/policies/acl/${OWN}`, ADMIN)).status).toBe(204);
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
