import { describe, expect, test } from 'vitest';
import { neededRights, OPERATOR_POLICY, operatorPolicy } from '../../../src/policy/vault/operator-policy.ts';
import { VAULT_NAME_PREFIX } from '../../../src/policy/vault/vault-identity.ts';
import { readVaultMounts, type VaultMounts } from '../../../src/policy/vault/vault-mounts.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

interface Tenant {
  readonly name?: string;
  readonly vault?: { readonly authMount: string; readonly namespace?: string };
  readonly databases?: readonly string[];
}

const tenant = ({ name = 'acme', vault, databases = [] }: Tenant) =>
  buildTenantIsolation((built) => {
    built.metadata.name = name;
    built.spec.vault = vault;
    built.spec.credentials = databases.map((mount, index) => ({
      name: `database-${index}`,
      vaultDatabase: { mount, connection: 'warehouse' },
    }));
  });

/** A namespace of Vault of which nothing is named but what is given. */
const mountsOf = (named: Pick<VaultMounts, 'namespace' | 'authMounts'>): VaultMounts => ({
  databaseMounts: [],
  connectionPaths: [],
  staticLoginPaths: [],
  metadataPaths: [],
  ...named,
});

const pathsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^path "(.*)" \{$/gm)].map(([, path]) => path ?? '');

describe('the mounts that tenants name', () => {
  test('are listed once each, in the order of the alphabet, the root first', () => {
    const { mounts, problems } = readVaultMounts([
      tenant({ vault: { authMount: 'kubernetes', namespace: 'eu' }, databases: ['sales'] }),
      tenant({ name: 'b', vault: { authMount: 'kubernetes' }, databases: ['warehouse', 'sales', 'sales'] }),
      tenant({ name: 'c', vault: { authMount: 'edge/kubernetes' } }),
    ]);
    expect(problems).toEqual([]);
    expect(mounts).toEqual([
      {
        namespace: null,
        authMounts: ['edge/kubernetes', 'kubernetes'],
        databaseMounts: ['sales', 'warehouse'],
        connectionPaths: ['sales/config/warehouse', 'warehouse/config/warehouse'],
        staticLoginPaths: [],
        metadataPaths: [],
      },
      {
        ...mountsOf({ namespace: 'eu', authMounts: ['kubernetes'] }),
        databaseMounts: ['sales'],
        connectionPaths: ['sales/config/warehouse'],
      },
    ]);
  });

  test('are none of a tenant that does not use Vault', () => {
    expect(readVaultMounts([tenant({ databases: ['sales'] })])).toEqual({ mounts: [], problems: [] });
  });

  test('are seen from the namespace in which the operator logs in', () => {
    const { mounts, problems } = readVaultMounts(
      [
        tenant({ vault: { authMount: 'kubernetes', namespace: 'platform' } }),
        tenant({ name: 'below', vault: { authMount: 'edge', namespace: 'platform/eu' } }),
        tenant({ name: 'root', vault: { authMount: 'kubernetes' } }),
        tenant({ name: 'beside', vault: { authMount: 'kubernetes', namespace: 'platform-eu' } }),
      ],
      'platform',
    );
    expect(mounts).toEqual([
      mountsOf({ namespace: null, authMounts: ['kubernetes'] }),
      mountsOf({ namespace: 'eu', authMounts: ['edge'] }),
    ]);
    expect(problems).toEqual([
      'TenantIsolation "root": spec.vault.namespace is not set, and the operator logs in to "platform"; it reaches that namespace and those below it',
      'TenantIsolation "beside": spec.vault.namespace is "platform-eu", and the operator logs in to "platform"; it reaches that namespace and those below it',
    ]);
  });

  test.for([
    ['a segment that stands for every segment', '+'],
    ['a segment that stands for every segment, further on', 'edge/+'],
    ['a template', '{{identity.entity.id}}'],
    ['an interpolation', '${mount}'],
    ['a quotation mark, which would end the path', 'a" { capabilities = ["sudo"] } path "b'],
    ['a glob', 'kube*'],
    ['the folder above', '../sys'],
    ['a line feed', 'a\nb'],
  ] as const)('are refused with words where one is %s', ([, path]) => {
    const { mounts, problems } = readVaultMounts([
      tenant({ name: 'good', vault: { authMount: 'kubernetes' } }),
      tenant({ name: 'bad', vault: { authMount: path, namespace: path }, databases: ['sales', path] }),
    ]);
    expect(mounts).toEqual([mountsOf({ namespace: null, authMounts: ['kubernetes'] })]);
    expect(problems).toEqual(
      ['spec.vault.authMount', 'spec.vault.namespace', 'spec.credentials[1].vaultDatabase.mount'].map(
        (field) =>
          `TenantIsolation "bad": ${field} is ${JSON.stringify(path)}, which has a meaning of its own in a policy of Vault; ` +
          'use a mount of letters, digits, ".", "_", "-" and "/"',
      ),
    );
  });
});

describe("the operator's policy", () => {
  const text = operatorPolicy([
    {
      namespace: null,
      authMounts: ['kubernetes', 'edge'],
      databaseMounts: ['sales'],
      connectionPaths: ['sales/config/warehouse', 'sales-eu/config/other'],
      staticLoginPaths: ['sales/static-creds/cloister-admin'],
      metadataPaths: ['secret/metadata/acme/crm'],
    },
    mountsOf({ namespace: 'eu', authMounts: ['kubernetes'] }),
  ]);

  test('has each path once, with the mounts and the namespaces', () => {
    const paths = pathsOf(text);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toEqual([
      'auth/token/revoke-self',
      'sys/capabilities-self',
      'sys/namespaces',
      'sys/policies/acl/cloister.*',
      'sys/policies/acl',
      'auth/kubernetes/role/cloister.*',
      'auth/kubernetes/role',
      'sys/mounts/auth/kubernetes',
      'auth/edge/role/cloister.*',
      'auth/edge/role',
      'sys/mounts/auth/edge',
      'identity/lookup/entity',
      'identity/entity/id/+',
      'sales/roles/cloister.*',
      'sys/leases/revoke-prefix/sales/creds/cloister.*',
      'sys/leases/lookup/sales/creds/cloister.*',
      'sales/static-creds/cloister-admin',
      'sales/config/warehouse',
      'sales-eu/config/other',
      'sales/static-roles/cloister-admin',
      'secret/metadata/acme/crm',
      'eu/sys/policies/acl/cloister.*',
      'eu/sys/policies/acl',
      'eu/auth/kubernetes/role/cloister.*',
      'eu/auth/kubernetes/role',
      'eu/sys/mounts/auth/kubernetes',
      'eu/identity/lookup/entity',
      'eu/identity/entity/id/+',
    ]);
  });

  test('has no glob but at the end of names that are the operator’s to give', () => {
    const globs = pathsOf(text).filter((path) => /[*+]/.test(path));
    expect(globs.filter((path) => !/\/(cloister\.\*|identity\/entity\/id\/\+)$/.test(`/${path}`))).toEqual(
      [],
    );
  });

  test('lets a database role be of a connection that a tenant names alone, and no login be asked for', () => {
    expect(text).toContain(
      [
        'path "sales/roles/cloister.*" {',
        '  capabilities = ["create", "read", "update", "delete"]',
        '  allowed_parameters = {\n    db_name = ["warehouse"]\n    creation_statements = []',
        '    revocation_statements = []',
        '    default_ttl = ["900"]\n    max_ttl = ["900"]\n  }',
      ].join('\n'),
    );
    expect(pathsOf(text).filter((path) => path.startsWith('sales/creds'))).toEqual([]);
  });

  test('has a name that it does not let the operator write', () => {
    expect(OPERATOR_POLICY.startsWith(VAULT_NAME_PREFIX)).toBe(false);
  });

  test('asks for namespaces only where a tenant names one', () => {
    expect(pathsOf(operatorPolicy([mountsOf({ namespace: null, authMounts: [] })]))).not.toContain(
      'sys/namespaces',
    );
  });

  test('says by itself what the operator needs, without what only doctor reads', () => {
    const needed = neededRights([
      {
        namespace: 'eu',
        authMounts: ['kubernetes'],
        databaseMounts: ['sales'],
        connectionPaths: ['sales/config/warehouse'],
        staticLoginPaths: [],
        metadataPaths: ['secret/metadata/acme/crm'],
      },
    ]);
    expect(needed).toContainEqual({
      path: 'eu/auth/kubernetes/role/cloister.*',
      example: 'eu/auth/kubernetes/role/cloister.tenant.namespace.sandbox',
      capabilities: ['create', 'read', 'update', 'delete'],
    });
    expect(needed).toContainEqual({
      path: 'eu/identity/entity/id/+',
      example: 'eu/identity/entity/id/00000000-0000-0000-0000-000000000000',
      capabilities: ['update', 'delete'],
    });
    const paths = needed.map(({ path }) => path);
    expect(paths.filter((path) => /config|metadata/.test(path))).toEqual([]);
    expect(needed.filter(({ example }) => /[*+]/.test(example))).toEqual([]);
  });
});

describe('the secrets that tenants bind', () => {
  const metadataOf = (...places: readonly (readonly [mount: string, path: string])[]) => {
    const built = buildTenantIsolation(({ spec }) => {
      spec.vault = { authMount: 'kubernetes' };
      spec.credentials = places.map(([mount, path], index) => ({
        name: `secret-${index}`,
        vaultKV: { mount, path, key: 'key' },
      }));
    });
    return readVaultMounts([built]).mounts[0]?.metadataPaths;
  };

  test('are listed by their metadata and the names of their keys, once each', () => {
    expect(metadataOf(['team/kv', 'b'], ['secret', 'acme/crm'], ['secret', 'acme/crm'])).toEqual([
      'secret/metadata/acme/crm',
      'secret/subkeys/acme/crm',
      'team/kv/metadata/b',
      'team/kv/subkeys/b',
    ]);
  });

  test.for([
    ['secret', 'acme/+'],
    ['secret', 'acme/*'],
    ['secret', '../../sys/raw'],
    ['secret', '{{identity.entity.id}}'],
    ['secret', 'a" { capabilities = ["sudo"] } path "b'],
    ['sys', 'raw'],
    ['identity', 'entity'],
  ] as const)('are left out where a policy would read %s, %s as more', ([mount, path]) => {
    expect(metadataOf([mount, path])).toEqual([]);
  });
});
