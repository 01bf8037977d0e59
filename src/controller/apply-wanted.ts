import { isManaged } from '../api/ownership.ts';
import { findListed } from '../kube/find-object.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import type { KubeResource } from '../kube/kube-resource.ts';
import { hasEverything } from './has-everything.ts';

/** An object as it must be. Its name, its namespace where it has one, and the label by which its cache finds it are set. */
export interface WantedObject {
  readonly resource: KubeResource;
  readonly object: KubeObject;
  /** Fields that must have nothing beside what is wanted: see `hasEverything`. */
  readonly exact?: readonly string[];
}

/**
 * What became of a wanted object. `Unchanged`: it was there. `Written`: it was applied. `Foreign`: an object of this name
 * is not Cloister's and is left alone. `Terminating`: it is being deleted, and can be written when it is gone.
 */
export type ApplyOutcome = 'Unchanged' | 'Written' | 'Foreign' | 'Terminating';

/** How an object is looked for and written. */
export interface ApplyContext {
  readonly client: Pick<KubeClient, 'list' | 'apply'>;
  readonly signal?: AbortSignal;
}

/**
 * Writes a wanted object where `known`, the object that the cache has under its name, lacks something of it. A cache of
 * labelled objects does not see the objects of others, so one that it lacks is looked for before it is applied: a
 * server-side apply would take it over without a word.
 */
export async function applyWanted(
  wanted: WantedObject,
  known: KubeObject | undefined,
  { client, signal }: ApplyContext,
): Promise<ApplyOutcome> {
  const { resource, object, exact } = wanted;
  const live = known ?? (await findListed(client, resource, object.metadata, { signal }));
  if (live !== undefined) {
    if (!isManaged(live)) return 'Foreign';
    if (live.metadata.deletionTimestamp !== undefined) return 'Terminating';
    if (hasEverything(live, object, exact)) return 'Unchanged';
  }
  await client.apply(resource, object, { signal });
  return 'Written';
}
