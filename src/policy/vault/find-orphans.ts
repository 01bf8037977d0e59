import { type IdentityOwner, readVaultName, VAULT_NAME_PREFIX } from './vault-identity.ts';

/** The names that one namespace of Vault holds, those of others included. */
export interface VaultHoldings {
  /** Namespace of Vault Enterprise; null for the root. */
  readonly namespace: string | null;
  readonly policies: readonly string[];
  readonly authMounts: readonly { readonly authMount: string; readonly roles: readonly string[] }[];
}

/** A sandbox of the cluster, as far as it says what Vault holds of it. */
export interface KnownSandbox {
  readonly namespace: string;
  readonly name: string;
  /** Whether Vault may hold something of it: the operator begins or ends with that, also where it has recorded nothing yet. */
  readonly mayHold: boolean;
  /** What it has recorded; null where there is nothing. */
  readonly identity: {
    /** Its name in Vault. */
    readonly name: string;
    /** Namespace of Vault Enterprise; null for the root. */
    readonly namespace: string | null;
    readonly authMount: string;
    readonly databaseMounts: readonly string[];
  } | null;
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
  /** Whether a sandbox of the name exists, which has its identity elsewhere or none. */
  readonly hasNamesake: boolean;
  /** Whether the policy and the leases of the name belong to that sandbox, whose auth role is at another mount. */
  readonly isBeside: boolean;
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
 * Finds what Vault holds of sandboxes that do not exist, or that have their identity under another name or at another auth mount:
 * the namespace may have gone from one tenant to another, or an earlier sandbox of the name was given up.
 *
 * `sandboxes` are all of the cluster, and must be read after the holdings: what was made in between would be an orphan.
 */
export function findOrphans(
  holdings: readonly VaultHoldings[],
  sandboxes: readonly KnownSandbox[],
): FoundOrphans {
  const existing = new Map(sandboxes.map((one) => [`${one.namespace}/${one.name}`, one]));
  const orphans: VaultOrphan[] = [];
  const unreadable = new Set<string>();
  for (const held of holdings) {
    const { policies, authMounts } = held;
    const names = [...policies, ...authMounts.flatMap(({ roles }) => roles)].filter((name) =>
      name.startsWith(VAULT_NAME_PREFIX),
    );
    for (const name of [...new Set(names)].sort()) {
      const owner = readOwner(name);
      if (owner === null) unreadable.add(name);
      else {
        const namesake = existing.get(`${owner.namespace}/${owner.sandbox}`);
        const orphan = orphanOf({ name, owner }, held, namesake);
        if (orphan !== null) orphans.push(orphan);
      }
    }
  }
  return { orphans, unreadable: [...unreadable].sort() };
}

/** What is nobody's of a name in one namespace of Vault; null where there is nothing. */
function orphanOf(
  { name, owner }: Pick<VaultOrphan, 'name' | 'owner'>,
  { namespace, policies, authMounts }: VaultHoldings,
  namesake: KnownSandbox | undefined,
): VaultOrphan | null {
  const identity = namesake?.identity ?? null;
  if (identity === null && namesake?.mayHold === true) return null;
  const isBeside = identity?.name === name && identity.namespace === namespace;
  const mounts = authMounts
    .filter(({ authMount, roles }) => roles.includes(name) && !(isBeside && authMount === identity.authMount))
    .map(({ authMount }) => authMount);
  if (isBeside && mounts.length === 0) return null;
  return {
    owner,
    name,
    namespace,
    hasPolicy: !isBeside && policies.includes(name),
    authMounts: mounts,
    hasNamesake: namesake !== undefined,
    isBeside,
  };
}

function readOwner(name: string): IdentityOwner | null {
  const owner = readVaultName(name);
  if (owner === null) return null;
  return Object.values<string>({ ...owner }).every((part) => LABEL.test(part)) ? owner : null;
}
