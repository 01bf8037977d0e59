import { findObject } from '../../kube/find-object.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { findOrphans, type VaultOrphan } from '../../policy/vault/find-orphans.ts';
import { identityPlace } from '../../policy/vault/vault-identity.ts';
import { readHolder } from '../../policy/vault/sandbox-policy.ts';
import type { VaultIdentities, VaultPlace } from '../../vault/vault-identities.ts';
import type { OperatorVault } from './operator-vault.ts';
import { knownSandbox } from './read-orphans.ts';
import type { VaultArea } from './vault-places.ts';

/** What was removed of an orphan, each as a phrase, in the order of its removal; null where its sandbox exists by now. */
export type RemovedParts = readonly string[] | null;

/** Who removes, and where. */
export interface Removal {
  readonly client: KubeClient;
  readonly vault: Pick<OperatorVault, 'identities' | 'inventory'>;
  /** The namespace of Vault that holds the orphan. */
  readonly area: VaultArea;
}

/**
 * Removes what Vault holds of a sandbox that does not exist, in the order in which the operator does: so that nobody logs in,
 * then that nobody who has can do anything, then all the rest. Rejects with a KubeError or a VaultError.
 */
export async function removeOrphan(orphan: VaultOrphan, removal: Removal): Promise<RemovedParts> {
  const { owner, hasPolicy, authMounts, isBeside } = orphan;
  const { area } = removal;
  const { identities } = removal.vault;
  if (!(await isOrphanNow(orphan, removal))) return null;
  // Where its namesake lives at another mount, that one's entity is there.
  const searched = isBeside ? authMounts : area.authMounts;
  const places = searched.map((authMount) => ({ authMount, namespace: area.namespace }));
  const [place] = places;
  if (place === undefined) return [];
  const removed: string[] = [];
  for (const one of places.filter(({ authMount }) => authMounts.includes(authMount))) {
    await identities.removeLogin(owner, one);
    removed.push(`auth role at auth/${one.authMount}`);
  }
  const databaseMounts = isBeside ? [] : area.databaseMounts;
  const uids = await findServiceAccounts(orphan, removal);
  await disableEntities(identities, uids, places);
  await identities.revokeLeases(owner, place, databaseMounts);
  if (databaseMounts.length > 0) removed.push('leases');
  // A login may have been under way, and may have taken a lease.
  const entities = await disableEntities(identities, uids, places);
  if (entities.some(({ wasEnabled }) => wasEnabled)) {
    await identities.revokeLeases(owner, place, databaseMounts);
  }
  for (const { id, at } of entities) await identities.removeEntity(id, at);
  if (entities.length > 0) removed.push('entity');
  await identities.removeDatabaseRoles(owner, place, databaseMounts);
  if (databaseMounts.length > 0) removed.push('database roles');
  if (!hasPolicy) return removed;
  await identities.removePolicy(owner, place);
  return [...removed, 'policy'];
}

/** Whether it is still nobody's, by the sandbox of its name as it is now. */
async function isOrphanNow(orphan: VaultOrphan, { client }: Removal): Promise<boolean> {
  const { owner, name, namespace, hasPolicy, authMounts } = orphan;
  const { namespace: place, sandbox } = owner;
  const found = await findObject<KubeObject>(client, resources.agentSandboxes, {
    namespace: place,
    name: sandbox,
  });
  if (found === null) return true;
  const roles = authMounts.map((authMount) => ({ authMount, roles: [name] }));
  const holdings = { namespace, policies: hasPolicy ? [name] : [], authMounts: roles };
  const { orphans } = findOrphans([holdings], [knownSandbox(found)]);
  return isDeepEqualJson(orphans, [{ ...orphan, hasNamesake: true }]);
}

/** The UIDs by which Vault may know the sandbox: of the ServiceAccount that is there, and of the one that its policy names. */
async function findServiceAccounts(
  { owner, name, namespace, hasPolicy, isBeside }: VaultOrphan,
  { client, vault }: Removal,
): Promise<readonly string[]> {
  const account = await findObject<KubeObject>(client, resources.serviceAccounts, identityPlace(owner));
  const text = hasPolicy || isBeside ? await vault.inventory.policyText(name, namespace) : null;
  const uids = [account?.metadata.uid, text === null ? null : readHolder(text)?.serviceAccountUID];
  return [...new Set(uids)].filter((uid) => typeof uid === 'string');
}

interface FoundEntity {
  readonly id: string;
  readonly at: VaultPlace;
  /** Whether somebody had logged in since it was disabled last. */
  readonly wasEnabled: boolean;
}

async function disableEntities(
  identities: VaultIdentities,
  uids: readonly string[],
  places: readonly VaultPlace[],
): Promise<readonly FoundEntity[]> {
  const found: FoundEntity[] = [];
  for (const at of places) {
    for (const uid of uids) {
      const entity = await identities.findEntity(uid, at);
      if (entity === null) continue;
      if (!entity.disabled) await identities.disableEntity(entity.id, at);
      found.push({ id: entity.id, at, wasEnabled: !entity.disabled });
    }
  }
  return found;
}
