import type { Change } from '../kube/fold.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import { createWatchCache, type WatchCache, type WatchCacheOptions } from '../kube/watch-cache.ts';
import type { CachePart } from './cache-set.ts';

/** A cache with any number of subscribers. */
export interface SharedCache<T extends KubeObject>
  extends CachePart, Pick<WatchCache<T>, 'get' | 'list' | 'byIndex'> {
  /**
   * Calls `subscriber` for every change from now on, in order, after the cache holds it. What it throws is logged, and keeps the
   * change from no other.
   */
  readonly subscribe: (subscriber: (change: Change<T>) => void) => void;
}

/** Creates a cache of a resource; nothing happens before `start`. */
export function createSharedCache<T extends KubeObject>(
  options: Omit<WatchCacheOptions<T>, 'onChange'>,
): SharedCache<T> {
  const subscribers: ((change: Change<T>) => void)[] = [];
  const cache = createWatchCache<T>({
    ...options,
    onChange: (change) => {
      const faults = subscribers.flatMap((subscriber) => faultsOf(() => subscriber(change)));
      if (faults.length > 0) throw new AggregateError(faults, `${faults.length} subscribers failed`);
    },
  });
  return {
    ...cache,
    resource: options.resource.plural,
    subscribe: (subscriber) => void subscribers.push(subscriber),
  };
}

function faultsOf(call: () => void): readonly unknown[] {
  try {
    call();
    return [];
  } catch (error) {
    return [error];
  }
}
