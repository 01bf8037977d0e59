import { byAge } from './tenant-age.ts';
import type { TenantPolicy } from './tenant-policy.ts';

/** The tenants by the namespaces that they list. */
export interface TenantIndex {
  /** The tenant that holds the namespace; null where no tenant lists it. */
  holderOf(namespace: string): TenantPolicy | null;
  /** Names of the tenants, other than `except`, that list the namespace; the holder first. */
  othersOf(namespace: string, except: string): readonly string[];
}

/**
 * Decides who holds a namespace. The webhook rejects a second tenant that lists a namespace, but a race or an outage of
 * the webhook may let one through: then the older tenant holds it, so nobody gains a namespace by claiming it. A tenant
 * that the API server has not stored yet is the youngest; of two of the same age the name decides.
 */
export function indexTenants(tenants: Iterable<TenantPolicy>): TenantIndex {
  const byNamespace = new Map<string, TenantPolicy[]>();
  for (const tenant of [...tenants].sort(byAge)) {
    for (const namespace of tenant.namespaces) {
      const listing = byNamespace.get(namespace);
      if (listing === undefined) byNamespace.set(namespace, [tenant]);
      else listing.push(tenant);
    }
  }
  return {
    holderOf: (namespace) => byNamespace.get(namespace)?.[0] ?? null,
    othersOf: (namespace, except) =>
      (byNamespace.get(namespace) ?? []).map(({ name }) => name).filter((name) => name !== except),
  };
}
