import type { AgentRole } from '../../api/agent-role.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { isRecord } from '../../lib/is-record.ts';
import type { ManifestDocument, UnreadableDocument } from '../../lib/yaml/manifest-document.ts';
import type { KnownPolicies } from '../../policy/kinds/evaluate-kind.ts';
import { compileRole } from '../../policy/roles/compile-role.ts';
import type { RolePolicy } from '../../policy/roles/role-policy.ts';
import { compileTenant } from '../../policy/tenants/compile-tenant.ts';
import { indexTenants } from '../../policy/tenants/tenant-index.ts';
import type { TenantPolicy } from '../../policy/tenants/tenant-policy.ts';
import { type CloisterObject, readCloisterObject } from './read-cloister-object.ts';

/** The roles and tenants of an input. */
export interface Policies extends KnownPolicies {
  tenant(name: string): TenantPolicy | null;
  /** The role as it is written, defaults included. */
  agentRole(name: string): AgentRole | undefined;
  /** Why a role or tenant of this name is not among the others: what is wrong with its document; null where it has none. */
  problemOf(kind: PolicyKind, name: string): string | null;
  /** The document that defines the role or tenant of this kind and name; null for every other kind. */
  definitionOf(object: CloisterObject): ManifestDocument | null;
  /** The same policies with the named tenant as the holder of every namespace. */
  asTenant(name: string): KnownPolicies;
}

export type PolicyKind = 'AgentRole' | 'TenantIsolation';

interface Definition {
  readonly object: AgentRole | TenantIsolation;
  readonly document: ManifestDocument;
}

interface Collected {
  readonly definitions: ReadonlyMap<string, Definition>;
  /** By the same keys, what is wrong with the first document that cannot be used. */
  readonly problems: ReadonlyMap<string, string>;
}

/** Compiles the roles and tenants among documents. If two have the same kind and name, the first is used. */
export function collectPolicies(documents: Iterable<ManifestDocument | UnreadableDocument>): Policies {
  const { definitions, problems } = collectDefinitions(documents);
  const roles = new Map<string, RolePolicy>();
  const tenants = new Map<string, TenantPolicy>();
  for (const { object } of definitions.values()) {
    const { name } = object.metadata;
    if (object.kind === 'AgentRole') roles.set(name, compileRole(object));
    else tenants.set(name, compileTenant(object));
  }
  const index = indexTenants(tenants.values());
  const known: KnownPolicies = {
    role: (name) => roles.get(name) ?? null,
    tenantOf: (namespace) => index.holderOf(namespace),
    otherTenantsOf: (namespace, except) => index.othersOf(namespace, except),
  };
  return {
    ...known,
    tenant: (name) => tenants.get(name) ?? null,
    agentRole: (name) => {
      const object = definitions.get(`AgentRole/${name}`)?.object;
      return object?.kind === 'AgentRole' ? object : undefined;
    },
    problemOf: (kind, name) => problems.get(`${kind}/${name}`) ?? null,
    definitionOf: (object) => (isPolicy(object) ? (definitions.get(keyOf(object))?.document ?? null) : null),
    asTenant: (name) => ({ ...known, tenantOf: () => tenants.get(name) ?? null }),
  };
}

function collectDefinitions(documents: Iterable<ManifestDocument | UnreadableDocument>): Collected {
  const definitions = new Map<string, Definition>();
  const problems = new Map<string, string>();
  for (const document of documents) {
    if ('error' in document) continue;
    const reading = readCloisterObject(document.object);
    if (reading === null) continue;
    if ('error' in reading) {
      const key = keyOfManifest(document.object);
      if (!problems.has(key)) problems.set(key, reading.error);
    } else if (isPolicy(reading.object)) {
      const key = keyOf(reading.object);
      if (!definitions.has(key)) definitions.set(key, { object: reading.object, document });
    }
  }
  return { definitions, problems };
}

/** The key of what may be no valid object. */
function keyOfManifest({ kind, metadata }: ManifestDocument['object']): string {
  return `${String(kind)}/${isRecord(metadata) ? String(metadata['name']) : ''}`;
}

function isPolicy(object: CloisterObject): object is AgentRole | TenantIsolation {
  return object.kind === 'AgentRole' || object.kind === 'TenantIsolation';
}

function keyOf({ kind, metadata }: AgentRole | TenantIsolation): string {
  return `${kind}/${metadata.name}`;
}
