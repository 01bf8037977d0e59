import type { WatchedCache } from '../cluster/cache-set.ts';
import type { Change } from '../kube/fold.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeLogger } from '../kube/kube-logger.ts';
import { resources } from '../kube/resources.ts';
import { createWatchCache, type WatchCache } from '../kube/watch-cache.ts';
import type { Clock } from '../lib/clock.ts';
import { FRESH_WATCH, staleness } from './cache-freshness.ts';
import { keepPod, type KnownPod } from './known-pod.ts';

export type PodListener = (change: Change<KnownPod>) => void;

/** The pods of a tenant's namespaces, found by their address. */
export interface PodDirectory {
  /** Follows the pods of these namespaces from now on, and forgets those of others. */
  readonly follow: (namespaces: readonly string[]) => void;
  /**
   * Why addresses cannot be told now, in one line that names the namespaces; null where they can. With a namespace: why its pods
   * are not known, whether or not those of others are. They are known for `maxAgeMilliseconds` after the API server was heard of.
   */
  readonly problem: (namespace?: string, maxAgeMilliseconds?: number) => string | null;
  /** Returns the live pods that have the address. `address` is canonical. */
  readonly havingAddress: (address: string) => readonly KnownPod[];
  /** Returns the pods that still have the address while they are being deleted. */
  readonly endingWith: (address: string) => readonly KnownPod[];
  readonly get: (namespace: string, name: string) => KnownPod | undefined;
  readonly list: () => readonly KnownPod[];
  /** Calls the listener for every change from now on; the pods of a namespace that is followed no more count as deleted. */
  readonly onChange: (listener: PodListener) => void;
  /** All namespaces as one cache, for metrics. */
  readonly watched: WatchedCache;
  readonly stop: () => Promise<void>;
}

export interface PodDirectoryOptions {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  readonly clock: Clock;
}

/** Creates a directory that follows no namespace. */
export function createPodDirectory(options: PodDirectoryOptions): PodDirectory {
  const { clock } = options;
  const caches = new Map<string, WatchCache<KnownPod>>();
  const stopping = new Set<Promise<void>>();
  const listeners: PodListener[] = [];
  const tell: PodListener = (change) => listeners.forEach((listener) => listener(change));

  const remove = (namespace: string, cache: WatchCache<KnownPod>): void => {
    caches.delete(namespace);
    const stopped = cache.stop().finally(() => stopping.delete(stopped));
    stopping.add(stopped);
    for (const object of cache.list()) tell({ type: 'Deleted', object });
  };
  const follow = (namespaces: readonly string[]): void => {
    for (const [namespace, cache] of caches) if (!namespaces.includes(namespace)) remove(namespace, cache);
    for (const namespace of namespaces) {
      if (caches.has(namespace)) continue;
      const cache = createPodCache(options, namespace, tell);
      caches.set(namespace, cache);
      cache.start();
    }
  };
  return {
    follow,
    problem: (only, maxAgeMilliseconds) => {
      // An address is only told where it is sure that no pod of another namespace has it.
      const problems = [...caches].flatMap(([namespace, cache]) => {
        if (only !== undefined && namespace !== only) return [];
        const stale = staleness(cache, clock.now(), maxAgeMilliseconds);
        return stale === null ? [] : `${namespace} (${stale})`;
      });
      return problems.length === 0
        ? null
        : `the pods of these namespaces are not known: ${problems.join(', ')}`;
    },
    havingAddress: (address) => [...caches.values()].flatMap((cache) => cache.byIndex('address', address)),
    endingWith: (address) => [...caches.values()].flatMap((cache) => cache.byIndex('ending', address)),
    get: (namespace, name) => caches.get(namespace)?.get(namespace, name),
    list: () => [...caches.values()].flatMap((cache) => cache.list()),
    onChange: (listener) => void listeners.push(listener),
    watched: {
      resource: resources.pods.plural,
      synced: () => [...caches.values()].every((cache) => cache.synced()),
      lastContactTime: () => oldest([...caches.values()].map((cache) => cache.lastContactTime())),
    },
    stop: async () => {
      follow([]);
      await Promise.all(stopping);
    },
  };
}

function createPodCache(
  options: PodDirectoryOptions,
  namespace: string,
  onChange: PodListener,
): WatchCache<KnownPod> {
  return createWatchCache<KnownPod>({
    ...options,
    ...FRESH_WATCH,
    resource: resources.pods,
    namespace,
    transform: (pod) => keepPod(pod),
    indexes: {
      address: ({ addresses }) => addresses,
      ending: ({ endingAddresses }) => endingAddresses,
    },
    onChange,
  });
}

function oldest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
