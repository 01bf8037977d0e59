import type { TenantPolicy } from './tenant-policy.ts';

interface Entry {
  readonly policy: TenantPolicy;
  /** RFC 3339 in UTC, as the API server writes it: text order is time order. */
  readonly created: string;
}

/**
 * The tenants by the namespaces that they list. Where two list the same one, which the webhook refuses but a race or
 * an outage of the webhook may let through, the older holds it: nobody gains a namespace by claiming it.
 */
export class TenantIndex {
  readonly #tenants = new Map<string, Entry>();
  #byNamespace = new Map<string, readonly Entry[]>();

  set(policy: TenantPolicy, created: string): void {
    this.#tenants.set(policy.name, { policy, created });
    this.#rebuild();
  }

  delete(name: string): void {
    this.#tenants.delete(name);
    this.#rebuild();
  }

  tenantOf(namespace: string): TenantPolicy | null {
    return this.#byNamespace.get(namespace)?.[0]?.policy ?? null;
  }

  otherTenantsOf(namespace: string, except: string): readonly string[] {
    const entries = this.#byNamespace.get(namespace) ?? [];
    return entries.map(({ policy }) => policy.name).filter((name) => name !== except);
  }

  #rebuild(): void {
    const byNamespace = new Map<string, Entry[]>();
    const oldestFirst = [...this.#tenants.values()].sort(byAge);
    for (const entry of oldestFirst) {
      for (const namespace of entry.policy.namespaces) {
        const entries = byNamespace.get(namespace);
        if (entries === undefined) byNamespace.set(namespace, [entry]);
        else entries.push(entry);
      }
    }
    this.#byNamespace = byNamespace;
  }
}

function byAge(left: Entry, right: Entry): number {
  if (left.created !== right.created) return left.created < right.created ? -1 : 1;
  return left.policy.name < right.policy.name ? -1 : 1;
}
