import type { Change } from './fold.ts';
import { type KubeObject, objectKey } from './kube-object.ts';

/** Names the values under which an object is found again, such as its owner's uid. */
export type Indexes<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** Objects of one kind by key, and by the values of its indexes. */
export interface ObjectStore<T extends KubeObject> {
  readonly objects: ReadonlyMap<string, T>;
  readonly apply: (change: Change<T>) => void;
  /** Throws for an index that was not declared. */
  readonly byIndex: (index: string, value: string) => T[];
}

/** Creates an empty store. */
export function createObjectStore<T extends KubeObject>(indexes: Indexes<T>): ObjectStore<T> {
  const objects = new Map<string, T>();
  const indexed = new Map(Object.keys(indexes).map((name) => [name, new Map<string, Map<string, T>>()]));

  const unindex = (key: string, object: T): void => {
    for (const [name, values] of indexed) {
      for (const value of indexes[name]?.(object) ?? []) {
        const bucket = values.get(value);
        bucket?.delete(key);
        if (bucket?.size === 0) values.delete(value);
      }
    }
  };
  const index = (key: string, object: T): void => {
    for (const [name, values] of indexed) {
      for (const value of indexes[name]?.(object) ?? []) {
        const bucket = values.get(value) ?? new Map<string, T>();
        values.set(value, bucket.set(key, object));
      }
    }
  };

  return {
    objects,
    apply: (change) => {
      const key = objectKey(change.object.metadata);
      const known = objects.get(key);
      if (known !== undefined) unindex(key, known);
      if (change.type === 'Deleted') {
        objects.delete(key);
        return;
      }
      objects.set(key, change.object);
      index(key, change.object);
    },
    byIndex: (name, value) => {
      const values = indexed.get(name);
      if (values === undefined) throw new TypeError(`the cache has no index "${name}"`);
      return [...(values.get(value)?.values() ?? [])];
    },
  };
}
