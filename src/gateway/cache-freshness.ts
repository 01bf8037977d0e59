import type { KubeObject } from '../kube/kube-object.ts';
import type { WatchCache } from '../kube/watch-cache.ts';

/** What of a cache says how old it is. */
export type FollowingCache = Pick<WatchCache<KubeObject>, 'synced' | 'following' | 'lastContactTime'>;

/** How long a cache is trusted without a watch, since the API server was last heard of. A new watch takes well under a second. */
const MAX_AGE_MILLISECONDS = 10_000;

/**
 * Why a cache must not be used to tell who asks, or null. An open watch is as fresh as it gets: where nothing changes, only a
 * bookmark a minute arrives. `now` is on the clock of the cache.
 */
export function staleness(
  { synced, following, lastContactTime }: FollowingCache,
  now: number,
): string | null {
  if (!synced()) return 'not listed yet';
  const isFresh = following() || now - (lastContactTime() ?? -Infinity) <= MAX_AGE_MILLISECONDS;
  return isFresh ? null : `not followed, and last heard of more than ${MAX_AGE_MILLISECONDS / 1000} s ago`;
}
