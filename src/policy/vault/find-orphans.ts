import { type IdentityOwner, readVaultName, VAULT_NAME_PREFIX } from './vault-identity.ts';

/** The names that one namespace of Vault holds, those of others included. */
export interface VaultHoldings {
  /** Namespace of Vault Enterprise; null for the root. */
  readonly namespace: string | null;
  readonly policies: readonly string[];
  readonly authMounts: readonly { readonly authMount: string; readonly roles: readonly string[] }[];
}

/** What Vault holds of a sandbox that the cluster does not know. */
export interface VaultOrphan {
  readonly owner: IdentityOwner;
  /** Its name in Vault. */
  readonly name: string;
  /** Namespace of Vault Enterprise; null for the root. */
  readonly namespace: string | null;
  readonly hasPolicy: boolean;
  /**
   * The auth mounts that have its role. Where there is none, nobody can log in by this cluster, and the policy may as well be
   * of another cluster that uses the same Vault.
   */
  readonly authMounts: readonly string[];
}

/** What a search for orphans found. */
export interface FoundOrphans {
  readonly orphans: readonly VaultOrphan[];
  /** Names with Cloister's prefix that are none of a sandbox. */
  readonly unreadable: readonly string[];
}

/** What a name of a tenant, a namespace or a sandbox can be: a label of DNS (RFC 1123). */
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Finds what Vault holds of sandboxes that do not exist. A sandbox is told by its namespace and its name alone, whatever tenant
 * the name in Vault has: its namespace may have gone from one tenant to another, and the operator knows what it made.
 *
 * `sandboxes` are all of the cluster, and must be read after the holdings: what was made in between would be an orphan.
 */
export function findOrphans(
  holdings: readonly VaultHoldings[],
  sandboxes: readonly { readonly namespace: string; readonly name: string }[],
): FoundOrphans {
  const existing = new Set(sandboxes.map(({ namespace, name }) => `${namespace}/${name}`));
  const orphans: VaultOrphan[] = [];
  const unreadable = new Set<string>();
  for (const { namespace, policies, authMounts } of holdings) {
    const names = [...policies, ...authMounts.flatMap(({ roles }) => roles)].filter((name) =>
      name.startsWith(VAULT_NAME_PREFIX),
    );
    for (const name of [...new Set(names)].sort()) {
      const owner = readOwner(name);
      if (owner === null) unreadable.add(name);
      else if (!existing.has(`${owner.namespace}/${owner.sandbox}`)) {
        const mounts = authMounts.filter(({ roles }) => roles.includes(name));
        orphans.push({
          owner,
          name,
          namespace,
          hasPolicy: policies.includes(name),
          authMounts: mounts.map(({ authMount }) => authMount),
        });
      }
    }
  }
  return { orphans, unreadable: [...unreadable].sort() };
}

function readOwner(name: string): IdentityOwner | null {
  const owner = readVaultName(name);
  if (owner === null) return null;
  return Object.values<string>({ ...owner }).every((part) => LABEL.test(part)) ? owner : null;
}
