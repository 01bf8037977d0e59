import type { Change } from '../kube/fold.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import { createWatchCache, type WatchCache, type WatchCacheOptions } from '../kube/watch-cache.ts';
import type { CachePart } from './cache-set.ts';

/** A cache with any number of subscribers. */
export interface SharedCache<T extends KubeObject>
  extends CachePart, Pick<WatchCache<T>, 'get' | 'list' | 'byIndex'> {
  /** Calls `subscriber` for every change from now on, in order, after the cache holds it. */
  readonly subscribe: (subscriber: (change: Change<T>) => void) => void;
}

/** Creates a cache of a resource; nothing happens before `start`. */
export function createSharedCache<T extends KubeObject>(
  options: Omit<WatchCacheOptions<T>, 'onChange'>,
): SharedCache<T> {
  const subscribers: ((change: Change<T>) => void)[] = [];
  const cache = createWatchCache<T>({
    ...options,
    onChange: (change) => subscribers.forEach((subscriber) => subscriber(change)),
  });
  return {
    ...cache,
    resource: options.resource.plural,
    subscribe: (subscriber) => void subscribers.push(subscriber),
  };
}
