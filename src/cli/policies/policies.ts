import type { AgentRole } from '../../api/agent-role.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { ManifestDocument } from '../../lib/yaml/manifest-document.ts';
import { compileRole } from '../../policy/roles/compile-role.ts';
import { compileTenant } from '../../policy/tenants/compile-tenant.ts';
import type { RolePolicy } from '../../policy/roles/role-policy.ts';
import type { TenantPolicy } from '../../policy/tenants/tenant-policy.ts';
import type { CloisterObject } from './read-cloister-object.ts';

type Place = Pick<ManifestDocument, 'file' | 'document' | 'item' | 'line'>;

/** The roles and tenants of an input, wherever they stand in it. */
export class Policies {
  readonly #roles = new Map<string, RolePolicy>();
  readonly #tenants = new Map<string, TenantPolicy>();
  readonly #tenantsByNamespace = new Map<string, TenantPolicy[]>();
  readonly #gatewayAddresses = new Map<string, readonly string[]>();
  readonly #places = new Map<string, Place>();

  /** Takes a role or tenant in; of two with one name the first. Other objects are passed over. */
  take(object: CloisterObject, place: Place): void {
    if (object.kind !== 'AgentRole' && object.kind !== 'TenantIsolation') return;
    const key = `${object.kind}/${object.metadata.name}`;
    if (this.#places.has(key)) return;
    this.#places.set(key, place);
    if (object.kind === 'AgentRole') this.#takeRole(object);
    else this.#takeTenant(object);
  }

  /**
   * Where the role or tenant of the same name stands that is used instead of this one; null where this one is. Of one
   * that was not found before the pods were judged, its own place.
   */
  usedInstead(object: CloisterObject, place: Place): Place | null {
    if (object.kind !== 'AgentRole' && object.kind !== 'TenantIsolation') return null;
    const used = this.#places.get(`${object.kind}/${object.metadata.name}`);
    if (used === undefined) return place;
    const isSame = used.file === place.file && used.document === place.document && used.item === place.item;
    return isSame ? null : used;
  }

  role(name: string): RolePolicy | null {
    return this.#roles.get(name) ?? null;
  }

  tenant(name: string): TenantPolicy | null {
    return this.#tenants.get(name) ?? null;
  }

  tenantOf(namespace: string): TenantPolicy | null {
    return this.#tenantsByNamespace.get(namespace)?.[0] ?? null;
  }

  /** Names of the tenants, other than the given one, that list the namespace. */
  otherTenantsOf(namespace: string, tenant: string): readonly string[] {
    const all = this.#tenantsByNamespace.get(namespace) ?? [];
    return all.map(({ name }) => name).filter((name) => name !== tenant);
  }

  /** Addresses of the tenant's gateway, as its status gives them; empty where it gives none. */
  gatewayAddresses(tenant: string): readonly string[] {
    return this.#gatewayAddresses.get(tenant) ?? [];
  }

  #takeRole(role: AgentRole): void {
    this.#roles.set(role.metadata.name, compileRole(role));
  }

  #takeTenant(object: TenantIsolation): void {
    const tenant = compileTenant(object);
    this.#tenants.set(tenant.name, tenant);
    this.#gatewayAddresses.set(tenant.name, object.status?.gateway?.clusterIPs ?? []);
    for (const namespace of tenant.namespaces) {
      this.#tenantsByNamespace.set(namespace, [...(this.#tenantsByNamespace.get(namespace) ?? []), tenant]);
    }
  }
}
