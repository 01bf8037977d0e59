import type { ReadinessCheck } from '../serve/readiness.ts';

/** What is asked of a watch cache. Times in milliseconds since 1970. */
export interface ObservedCache {
  /** Plural name of what it holds, for example `agentroles`. */
  readonly resource: string;
  readonly synced: () => boolean;
  readonly lastContactTime: () => number | undefined;
}

/**
 * Beyond this a cache that hears nothing is no longer believed. Bookmarks come once a minute and a silent connection is
 * given up after 90 s, so the API server has then been out of reach for minutes, and roles may have changed.
 */
const LONGEST_SILENCE = 300_000;

/** What keeps the caches from being believed, in one line; null where nothing does. `now` as in `lastContactTime`. */
export function cacheProblem(caches: readonly ObservedCache[], now: number): string | null {
  // Asked for with every review, so nothing is made while there is nothing to tell.
  for (const cache of caches) {
    if (!cache.synced() || isSilent(cache, now)) return describeProblem(caches, now);
  }
  return null;
}

function describeProblem(caches: readonly ObservedCache[], now: number): string {
  const missing = caches.filter(({ synced }) => !synced()).map(({ resource }) => resource);
  if (missing.length > 0) return `not synced: ${missing.join(', ')}`;
  const silent = caches.filter((cache) => isSilent(cache, now)).map(({ resource }) => resource);
  return `not a word from the API server for 5 minutes: ${silent.join(', ')}`;
}

function isSilent({ lastContactTime }: ObservedCache, now: number): boolean {
  return now - (lastContactTime() ?? now) > LONGEST_SILENCE;
}

/** Ready while every cache can be believed. */
export function createCacheCheck(caches: readonly ObservedCache[], now: () => number): ReadinessCheck {
  return { name: 'caches', problem: () => cacheProblem(caches, now()) };
}
