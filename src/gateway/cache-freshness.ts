import type { KubeObject } from '../kube/kube-object.ts';
import type { WatchCache, WatchCacheOptions } from '../kube/watch-cache.ts';

/** What of a cache says how old it is. */
export type FollowingCache = Pick<WatchCache<KubeObject>, 'synced' | 'lastContactTime'>;

/** How long a cache is trusted to tell who asks, since the API server was last heard of. */
const MAX_AGE_MILLISECONDS = 10_000;
/** How long what is open stays open without news: a restart of the API server must not cut every stream of a cluster. */
export const MAX_OPEN_AGE_MILLISECONDS = 60_000;

/**
 * How the gateway watches. A connection may be dead without a word, and where nothing changes the API server sends a bookmark only
 * once a minute, and 2 s before a watch ends. With short watches something is heard in time, and what is dead is replaced in time.
 */
export const FRESH_WATCH = {
  timeoutSeconds: 7,
  maxSilenceMilliseconds: 7_500,
} as const satisfies Partial<WatchCacheOptions<KubeObject>>;

/** Why a cache must not be used to tell who asks, or null. `now` is on the clock of the cache. */
export function staleness(
  { synced, lastContactTime }: FollowingCache,
  now: number,
  maxAgeMilliseconds: number = MAX_AGE_MILLISECONDS,
): string | null {
  if (!synced()) return 'not listed yet';
  if (now - (lastContactTime() ?? -Infinity) <= maxAgeMilliseconds) return null;
  return `last heard of more than ${maxAgeMilliseconds / 1000} s ago`;
}
