import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { VAULT_FINALIZER } from '../../api/names.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import {
  type FoundOrphans,
  findOrphans,
  type KnownSandbox,
  type VaultHoldings,
  type VaultOrphan,
} from '../../policy/vault/find-orphans.ts';
import { readHolder } from '../../policy/vault/sandbox-policy.ts';
import { isVaultError } from '../../vault/vault-error.ts';
import type { VaultInventory } from '../../vault/vault-inventory.ts';
import type { VaultArea } from './vault-places.ts';

/** What a search of all of Vault found. */
export interface SearchedVault extends FoundOrphans {
  /** Where it was looked, with what sandboxes and policies name beside the tenants. */
  readonly areas: readonly VaultArea[];
  /** Auth mounts that no tenant names and that could not be listed, such as `auth/old`. */
  readonly unread: readonly string[];
}

type StoredSandbox = KubeObject & Pick<AgentSandbox, 'status'>;

/** A mount at which there may be identities though no tenant names it. */
interface ExtraMount {
  readonly namespace: string | null;
  readonly authMount: string;
  readonly databaseMounts: readonly string[];
}

/**
 * Finds the orphans in the areas that tenants name, and at the mounts that sandboxes or policies name beside these. Rejects with a
 * VaultError, or with a KubeError where the sandboxes cannot be read whole.
 */
export async function readOrphans(
  client: Pick<KubeClient, 'list'>,
  inventory: VaultInventory,
  areas: readonly VaultArea[],
): Promise<SearchedVault> {
  const recorded = (await listKnown(client)).flatMap(({ identity }) => (identity === null ? [] : [identity]));
  const first = await readHoldings(inventory, areas, recorded);
  // After Vault: of a sandbox that was made in between nothing is taken for an orphan.
  const sandboxes = await listKnown(client);
  const found = findOrphans(first.holdings, sandboxes);
  const widened = widen(areas, recorded);
  if (found.orphans.length === 0) return { ...found, areas: widened, unread: first.unread };
  const named = await readMounts(inventory, found.orphans);
  // The operator may have taken a sandbox's identity in between, and then let the sandbox go.
  const second = await readHoldings(inventory, areas, [...recorded, ...named]);
  const isFound = ({ namespace, name }: VaultOrphan): boolean =>
    found.orphans.some((one) => one.namespace === namespace && one.name === name);
  return {
    ...found,
    orphans: findOrphans(second.holdings, sandboxes).orphans.filter(isFound),
    areas: widen(widened, named),
    unread: second.unread,
  };
}

/** What a sandbox says of its identity. */
export function knownSandbox({ metadata, status }: StoredSandbox): KnownSandbox {
  const { namespace = '', name = '', finalizers = [] } = metadata;
  const { vaultRole, vaultIdentity } = status ?? {};
  const identity =
    vaultRole === undefined || vaultIdentity === undefined
      ? null
      : {
          name: vaultRole,
          namespace: vaultIdentity.namespace ?? null,
          authMount: vaultIdentity.authMount,
          databaseMounts: vaultIdentity.databaseMounts ?? [],
        };
  return { namespace, name, mayHold: finalizers.includes(VAULT_FINALIZER), identity };
}

/** What is to be said of a mount of {@link SearchedVault.unread}; without a full stop. */
export function describeUnread(mount: string): string {
  return `${mount} is named by a sandbox or a policy and by no tenant, and the operator may not list its roles. Give it the rights (cloister vault policy) until nothing is left there`;
}

async function listKnown(client: Pick<KubeClient, 'list'>): Promise<readonly KnownSandbox[]> {
  const { items } = await client.list<StoredSandbox>(resources.agentSandboxes);
  return items.map(knownSandbox);
}

/** The mounts that the policies of orphans name. */
async function readMounts(
  inventory: VaultInventory,
  orphans: readonly VaultOrphan[],
): Promise<readonly ExtraMount[]> {
  const found: ExtraMount[] = [];
  for (const { name, namespace, hasPolicy } of orphans) {
    const text = hasPolicy ? await inventory.policyText(name, namespace) : null;
    const authMount = text === null ? null : (readHolder(text)?.authMount ?? null);
    if (authMount !== null) found.push({ namespace, authMount, databaseMounts: [] });
  }
  return found;
}

function widen(areas: readonly VaultArea[], extra: readonly ExtraMount[]): readonly VaultArea[] {
  const byNamespace = new Map(areas.map((area) => [area.namespace, area]));
  for (const { namespace, authMount, databaseMounts } of extra) {
    const area = byNamespace.get(namespace) ?? { namespace, authMounts: [], databaseMounts: [] };
    byNamespace.set(namespace, {
      namespace,
      authMounts: [...new Set([...area.authMounts, authMount])],
      databaseMounts: [...new Set([...area.databaseMounts, ...databaseMounts])],
    });
  }
  return [...byNamespace.values()];
}

/** What tenants name has to be read. The operator may have lost its rights to what nobody names any more. */
async function readHoldings(
  inventory: VaultInventory,
  areas: readonly VaultArea[],
  extra: readonly ExtraMount[],
): Promise<{ readonly holdings: readonly VaultHoldings[]; readonly unread: readonly string[] }> {
  const holdings = new Map<string | null, VaultHoldings>();
  const unread: string[] = [];
  for (const area of areas) holdings.set(area.namespace, await inventory.holdings(area));
  for (const { namespace, authMounts } of widen(areas, extra)) {
    const known = areas.find((area) => area.namespace === namespace)?.authMounts ?? [];
    for (const authMount of authMounts.filter((one) => !known.includes(one))) {
      const found = await readExtra(inventory, { namespace, authMount });
      const before = holdings.get(namespace);
      if (found === null) unread.push(`${namespace === null ? '' : `${namespace}/`}auth/${authMount}`);
      else if (before === undefined) holdings.set(namespace, found);
      else holdings.set(namespace, { ...before, authMounts: [...before.authMounts, ...found.authMounts] });
    }
  }
  return { holdings: [...holdings.values()], unread };
}

/** Null where it may not be read, or is not there. */
async function readExtra(
  inventory: VaultInventory,
  { namespace, authMount }: Pick<ExtraMount, 'namespace' | 'authMount'>,
): Promise<VaultHoldings | null> {
  try {
    return await inventory.holdings({ namespace, authMounts: [authMount] });
  } catch (error) {
    if (isVaultError(error, 'Denied', 'Missing')) return null;
    throw error;
  }
}
