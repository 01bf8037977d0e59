import { type KubeObject, objectKey } from './kube-object.ts';

/** A difference between two states of a set of objects. */
export type Change<T extends KubeObject> =
  | { readonly type: 'Added'; readonly object: T }
  | { readonly type: 'Modified'; readonly object: T; readonly previous: T }
  /** `object` is the last state that was seen. */
  | { readonly type: 'Deleted'; readonly object: T };

/**
 * Whether a change leaves the spec as it was. Controllers report in the status; of a kind with a status subresource the API
 * server counts the changes of everything but that.
 */
export function isStatusAlone<T extends KubeObject>(change: Change<T>): boolean {
  if (change.type !== 'Modified') return false;
  const { generation } = change.object.metadata;
  return generation !== undefined && generation === change.previous.metadata.generation;
}

/** The changes that one event of a watch means, given the object known under its key. */
export function foldEvent<T extends KubeObject>(
  known: T | undefined,
  event: { readonly type: 'Added' | 'Modified' | 'Deleted'; readonly object: T },
): Change<T>[] {
  if (event.type !== 'Deleted') return foldObject(known, event.object);
  return known === undefined ? [] : [{ type: 'Deleted', object: event.object }];
}

/** The changes between what is known and a fresh list; what the list lacks was deleted unseen. Deletions come first. */
export function foldList<T extends KubeObject>(
  known: ReadonlyMap<string, T>,
  items: readonly T[],
): Change<T>[] {
  const listed = new Set(items.map((item) => objectKey(item.metadata)));
  const changes: Change<T>[] = [];
  for (const [key, object] of known) {
    if (!listed.has(key)) changes.push({ type: 'Deleted', object });
  }
  for (const item of items) {
    for (const change of foldObject(known.get(objectKey(item.metadata)), item)) changes.push(change);
  }
  return changes;
}

// Another uid under the same name is another object: the deletion in between was missed.
function foldObject<T extends KubeObject>(known: T | undefined, object: T): Change<T>[] {
  if (known === undefined) return [{ type: 'Added', object }];
  if (known.metadata.uid !== object.metadata.uid) {
    return [
      { type: 'Deleted', object: known },
      { type: 'Added', object },
    ];
  }
  if (known.metadata.resourceVersion === object.metadata.resourceVersion) return [];
  return [{ type: 'Modified', object, previous: known }];
}
