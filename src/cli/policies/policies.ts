import type { AgentRole } from '../../api/agent-role.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import type { ManifestDocument } from '../../lib/yaml/manifest-document.ts';
import { compileRole } from '../../policy/roles/compile-role.ts';
import { compileTenant } from '../../policy/tenants/compile-tenant.ts';
import type { RolePolicy } from '../../policy/roles/role-policy.ts';
import type { KnownPolicies } from '../../policy/kinds/evaluate-kind.ts';
import { indexTenants, type TenantIndex } from '../../policy/tenants/tenant-index.ts';
import type { TenantPolicy } from '../../policy/tenants/tenant-policy.ts';
import type { CloisterObject } from './read-cloister-object.ts';

type Place = Pick<ManifestDocument, 'file' | 'document' | 'item' | 'line'>;

/** The roles and tenants of an input, wherever they stand in it. */
export class Policies implements KnownPolicies {
  readonly #roles = new Map<string, RolePolicy>();
  readonly #tenants = new Map<string, TenantPolicy>();
  #index: TenantIndex | null = null;
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
    return this.#tenantIndex().holderOf(namespace);
  }

  otherTenantsOf(namespace: string, except: string): readonly string[] {
    return this.#tenantIndex().othersOf(namespace, except);
  }

  /** The same, with every namespace held by the named tenant; unchanged where none is named. */
  asTenant(name: string | null): KnownPolicies {
    if (name === null) return this;
    return {
      role: (role) => this.role(role),
      tenantOf: () => this.tenant(name),
      otherTenantsOf: (namespace, except) => this.otherTenantsOf(namespace, except),
    };
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
    this.#index = null;
  }

  #tenantIndex(): TenantIndex {
    this.#index ??= indexTenants(this.#tenants.values());
    return this.#index;
  }
}
