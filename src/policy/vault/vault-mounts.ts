import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { isLiteralSecret } from './sandbox-policy.ts';

type Binding = TenantIsolation['spec']['credentials'][number];
type VaultDatabase = NonNullable<Binding['vaultDatabase']>;
type VaultKV = NonNullable<Binding['vaultKV']>;

/** The mounts of one namespace of Vault that tenants name, each once, in the order of the alphabet. */
export interface VaultMounts {
  /** Namespace of Vault Enterprise, as from the one in which the operator logs in; null for that one. */
  readonly namespace: string | null;
  /** Mounts of the Kubernetes auth method. */
  readonly authMounts: readonly string[];
  /** Mounts of the database engine. */
  readonly databaseMounts: readonly string[];
  /** Where those engines keep the connections that tenants name: `database/config/warehouse`. */
  readonly connectionPaths: readonly string[];
  /** Where they give the static logins that tenants name, for the operator: `database/static-creds/cloister-admin`. */
  readonly staticLoginPaths: readonly string[];
  /**
   * Where key-value engines say what they know of the secrets that tenants bind, and no value: `secret/metadata/acme/crm`, and
   * `secret/subkeys/acme/crm` for the names of its keys.
   */
  readonly metadataPaths: readonly string[];
}

/** What tenants name in Vault, the operator's own namespace first, and what of it cannot be written into a policy. */
export interface ReadVaultMounts {
  readonly mounts: readonly VaultMounts[];
  /** Sentences without a full stop, each with the tenant, the field and what was found. */
  readonly problems: readonly string[];
}

/**
 * What may be a part of a path in a policy. A `+` as a segment, a `*` at the end and `{{` have a meaning there, and a quotation
 * mark ends the path.
 */
const LITERAL_PATH = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/;

/** Whether a path of Vault can be written into a policy and stands for itself alone there. */
export function isLiteralPath(path: string): boolean {
  return LITERAL_PATH.test(path) && !path.split('/').some((segment) => segment === '.' || segment === '..');
}

/**
 * Returns the mounts that the tenants name; of a tenant without `spec.vault` none. `ownNamespace` is the namespace of Vault
 * in which the operator logs in, null for the root: it reaches no other than those below it.
 */
export function readVaultMounts(
  tenants: readonly TenantIsolation[],
  ownNamespace: string | null = null,
): ReadVaultMounts {
  const byNamespace = new Map<string | null, Collected>();
  const problems: string[] = [];
  for (const tenant of tenants) {
    const { vault } = tenant.spec;
    if (vault === undefined) continue;
    const found = namedPaths(tenant, vault);
    const bad = found.filter(({ path }) => !isLiteralPath(path));
    problems.push(...bad.map(({ field, path }) => describeProblem(tenant.metadata.name, field, path)));
    if (bad.length > 0) continue;
    const namespace = relativeNamespace(vault.namespace ?? null, ownNamespace);
    if (namespace === undefined) {
      problems.push(describeOutside(tenant.metadata.name, vault.namespace, ownNamespace));
      continue;
    }
    const collected = byNamespace.get(namespace) ?? emptyCollection();
    byNamespace.set(namespace, collected);
    collect(tenant, vault.authMount, collected);
  }
  const mounts = [...byNamespace]
    .sort(([one], [other]) => compare(one ?? '', other ?? ''))
    .map(([namespace, { auth, database, connections, staticLogins, metadata }]) => ({
      namespace,
      authMounts: [...auth].sort(compare),
      databaseMounts: [...database].sort(compare),
      connectionPaths: [...connections].sort(compare),
      staticLoginPaths: [...staticLogins].sort(compare),
      metadataPaths: [...metadata].sort(compare),
    }));
  return { mounts, problems };
}

/** Where a database engine keeps a connection. */
export function connectionPath({ mount, connection }: Pick<VaultDatabase, 'mount' | 'connection'>): string {
  return `${mount}/config/${connection}`;
}

/** Where a database engine gives a login that it rotates. */
export function staticLoginPath({
  mount,
  staticRole,
}: {
  readonly mount: string;
  readonly staticRole: string;
}): string {
  return `${mount}/static-creds/${staticRole}`;
}

/** Where a key-value engine says something of a secret, and no value. */
export interface SecretPaths {
  readonly metadata: string;
  /** The names of its keys, each with null in place of its value. */
  readonly subkeys: string;
}

/** Returns where a key-value engine says something of a secret. Null where that cannot be written into a policy. */
export function secretPaths({ mount, path }: Pick<VaultKV, 'mount' | 'path'>): SecretPaths | null {
  const paths = { metadata: `${mount}/metadata/${path}`, subkeys: `${mount}/subkeys/${path}` };
  return isLiteralSecret(paths.metadata) && isLiteralSecret(paths.subkeys) ? paths : null;
}

/** Where a database engine says how often it rotates a static login, by where it gives that. */
export function staticRolePathOf(loginPath: string): string {
  return loginPath.replace(/\/static-creds\/([^/]+)$/, '/static-roles/$1');
}

interface Collected {
  readonly auth: Set<string>;
  readonly database: Set<string>;
  readonly connections: Set<string>;
  readonly staticLogins: Set<string>;
  readonly metadata: Set<string>;
}

function emptyCollection(): Collected {
  return {
    auth: new Set(),
    database: new Set(),
    connections: new Set(),
    staticLogins: new Set(),
    metadata: new Set(),
  };
}

function collect({ spec }: TenantIsolation, authMount: string, into: Collected): void {
  into.auth.add(authMount);
  for (const { vaultDatabase, vaultKV } of spec.credentials) {
    if (vaultDatabase !== undefined) {
      into.database.add(vaultDatabase.mount);
      into.connections.add(connectionPath(vaultDatabase));
      const { mount, staticRole } = vaultDatabase;
      if (staticRole !== undefined) into.staticLogins.add(staticLoginPath({ mount, staticRole }));
    }
    const paths = vaultKV === undefined ? null : secretPaths(vaultKV);
    if (paths !== null) for (const path of [paths.metadata, paths.subkeys]) into.metadata.add(path);
  }
}

/** Undefined where the operator does not reach it. */
function relativeNamespace(namespace: string | null, own: string | null): string | null | undefined {
  if (namespace === own) return null;
  if (own === null) return namespace;
  return namespace?.startsWith(`${own}/`) === true ? namespace.slice(own.length + 1) : undefined;
}

interface NamedPath {
  readonly field: string;
  readonly path: string;
}

function namedPaths(
  { spec }: TenantIsolation,
  { authMount, namespace }: NonNullable<TenantIsolation['spec']['vault']>,
): readonly NamedPath[] {
  return [
    { field: 'spec.vault.authMount', path: authMount },
    ...(namespace === undefined ? [] : [{ field: 'spec.vault.namespace', path: namespace }]),
    ...spec.credentials.flatMap(({ vaultDatabase }, index) =>
      vaultDatabase === undefined
        ? []
        : [{ field: `spec.credentials[${index}].vaultDatabase.mount`, path: vaultDatabase.mount }],
    ),
  ];
}

function describeProblem(tenant: string, field: string, path: string): string {
  return (
    `TenantIsolation "${tenant}": ${field} is ${JSON.stringify(path)}, which has a meaning of its own in a policy of Vault; ` +
    'use a mount of letters, digits, ".", "_", "-" and "/"'
  );
}

function describeOutside(tenant: string, namespace: string | undefined, own: string | null): string {
  const found = namespace === undefined ? 'is not set' : `is ${JSON.stringify(namespace)}`;
  return (
    `TenantIsolation "${tenant}": spec.vault.namespace ${found}, and the operator logs in to ${JSON.stringify(own)}; ` +
    'it reaches that namespace and those below it'
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
