import { findObject } from '../../kube/find-object.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { resources } from '../../kube/resources.ts';
import type { VaultOrphan } from '../../policy/vault/find-orphans.ts';
import { identityPlace } from '../../policy/vault/vault-identity.ts';
import type { VaultIdentities, VaultPlace } from '../../vault/vault-identities.ts';
import type { VaultArea } from './vault-places.ts';

/** What was removed of an orphan, each as a phrase, in the order of its removal; null where its sandbox exists by now. */
export type RemovedParts = readonly string[] | null;

/** Who removes, and where. */
export interface Removal {
  readonly client: KubeClient;
  readonly identities: VaultIdentities;
  /** The namespace of Vault that holds the orphan. */
  readonly area: VaultArea;
}

/**
 * Removes what Vault holds of a sandbox that does not exist, in the order in which the operator does: so that nobody logs in,
 * then that nobody who has can do anything, then all the rest. Rejects with a KubeError or a VaultError.
 */
export async function removeOrphan(
  { owner, hasPolicy, authMounts }: VaultOrphan,
  { client, identities, area }: Removal,
): Promise<RemovedParts> {
  const { namespace, sandbox } = owner;
  const found = await findObject(client, resources.agentSandboxes, { namespace, name: sandbox });
  if (found !== null) return null;
  const places = area.authMounts.map((authMount) => ({ authMount, namespace: area.namespace }));
  const [place] = places;
  if (place === undefined) return [];
  const removed: string[] = [];
  for (const one of places.filter(({ authMount }) => authMounts.includes(authMount))) {
    await identities.removeLogin(owner, one);
    removed.push(`auth role at auth/${one.authMount}`);
  }
  const uid = await findServiceAccount(client, identityPlace(owner));
  await disableEntities(identities, uid, places);
  await identities.revokeLeases(owner, place, area.databaseMounts);
  if (area.databaseMounts.length > 0) removed.push('leases');
  // A login may have been under way.
  const entities = await disableEntities(identities, uid, places);
  for (const { id, at } of entities) await identities.removeEntity(id, at);
  if (entities.length > 0) removed.push('entity');
  if (!hasPolicy) return removed;
  await identities.removePolicy(owner, place);
  return [...removed, 'policy'];
}

/** The UID of the ServiceAccount that Vault knew the sandbox by; null where it is gone, and no token of it is accepted any more. */
async function findServiceAccount(
  client: KubeClient,
  object: { readonly namespace: string; readonly name: string },
): Promise<string | null> {
  const account = await findObject<KubeObject>(client, resources.serviceAccounts, object);
  return account?.metadata.uid ?? null;
}

async function disableEntities(
  identities: VaultIdentities,
  uid: string | null,
  places: readonly VaultPlace[],
): Promise<readonly { readonly id: string; readonly at: VaultPlace }[]> {
  const found: { readonly id: string; readonly at: VaultPlace }[] = [];
  if (uid === null) return found;
  for (const at of places) {
    const entity = await identities.findEntity(uid, at);
    if (entity === null) continue;
    if (!entity.disabled) await identities.disableEntity(entity.id, at);
    found.push({ id: entity.id, at });
  }
  return found;
}
