import type { ReadinessCheck } from './health.ts';

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
  const missing = caches.filter(({ synced }) => !synced()).map(({ resource }) => resource);
  if (missing.length > 0) return `not synced: ${missing.join(', ')}`;
  const silent = caches.filter(({ lastContactTime }) => now - (lastContactTime() ?? now) > LONGEST_SILENCE);
  if (silent.length === 0) return null;
  return `not a word from the API server for 5 minutes: ${silent.map(({ resource }) => resource).join(', ')}`;
}

/** Ready while every cache can be believed. */
export function createCacheCheck(caches: readonly ObservedCache[], now: () => number): ReadinessCheck {
  return { name: 'caches', problem: () => cacheProblem(caches, now()) };
}
