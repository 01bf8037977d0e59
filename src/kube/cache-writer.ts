import { type Change, foldEvent, foldList } from './fold.ts';
import type { KubeLogger } from './kube-logger.ts';
import { type KubeObject, objectKey } from './kube-object.ts';
import type { ObjectStore } from './object-store.ts';
import type { WatchEvent } from './watch-event.ts';

/** Brings what the API server sends into a store and reports each change once. */
export interface CacheWriter<T extends KubeObject> {
  readonly list: (items: readonly T[]) => void;
  /** Returns the resource version of the event. */
  readonly event: (event: WatchEvent<T>) => string | undefined;
}

/** Where a writer writes, and what it calls on changes. */
export interface CacheWriterContext<T extends KubeObject> {
  readonly store: ObjectStore<T>;
  readonly transform?: (object: T) => T;
  readonly onChange?: (change: Change<T>) => void;
  readonly logger: KubeLogger;
  readonly signal: AbortSignal;
}

/** Creates a writer; after its signal is aborted it delivers nothing more. */
export function createCacheWriter<T extends KubeObject>(context: CacheWriterContext<T>): CacheWriter<T> {
  const { store, transform, onChange, logger, signal } = context;

  const deliver = (changes: readonly Change<T>[]): void => {
    for (const change of changes) {
      if (signal.aborted) return;
      store.apply(change);
      const report = (err: unknown): void =>
        logger.error(
          { err, key: objectKey(change.object.metadata), change: change.type },
          'change handler failed',
        );
      try {
        const result: unknown = onChange?.(change);
        // An async handler is assignable to a void one; its rejection would end the process.
        if (result instanceof Promise) result.catch(report);
      } catch (error) {
        report(error);
      }
    }
  };

  // An object that cannot be read is left out: a decision that needs it then finds nothing, and denies.
  const reduce = (object: T): T[] => {
    delete object.metadata.managedFields;
    try {
      return [transform === undefined ? object : transform(object)];
    } catch (err) {
      logger.error({ err, key: objectKey(object.metadata) }, 'object left out of the cache');
      return [];
    }
  };

  return {
    list: (items) => deliver(foldList(store.objects, items.flatMap(reduce))),
    event: (event) => {
      if (event.type === 'Bookmark') return event.resourceVersion;
      const { resourceVersion } = event.object.metadata;
      const known = store.objects.get(objectKey(event.object.metadata));
      const [object] = reduce(event.object);
      if (object !== undefined) deliver(foldEvent(known, { type: event.type, object }));
      else if (known !== undefined) deliver([{ type: 'Deleted', object: known }]);
      return resourceVersion;
    },
  };
}
