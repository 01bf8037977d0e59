import type { Registry } from 'prom-client';
import type { KubeObject } from '../kube/kube-object.ts';
import type { WatchCache } from '../kube/watch-cache.ts';
import { registerGauge } from '../serve/metrics.ts';
import type { ReadinessCheck } from '../serve/probes.ts';

/** The life of one cache. Times in milliseconds, on the cache's clock. */
export interface CachePart extends Pick<
  WatchCache<KubeObject>,
  'start' | 'stop' | 'synced' | 'whenSynced' | 'lastContactTime'
> {
  /** Plural name of the resource, for example `agentroles`. */
  readonly resource: string;
}

/** What readiness and metrics read of a cache. */
export type WatchedCache = Pick<CachePart, 'resource' | 'synced' | 'lastContactTime'>;

/** The caches of one program. */
export interface CacheSet {
  readonly watched: readonly WatchedCache[];
  readonly start: () => void;
  /** Resolves when every cache has stopped. */
  readonly stop: () => Promise<void>;
  /** Resolves when every cache is synced. Rejects when the set is stopped or the signal is aborted first. */
  readonly whenSynced: (signal?: AbortSignal) => Promise<void>;
}

/** Combines caches into a set. Nothing happens before `start`. */
export function createCacheSet(parts: readonly CachePart[]): CacheSet {
  return {
    watched: parts,
    start: () => parts.forEach((part) => part.start()),
    stop: async () => void (await Promise.all(parts.map((part) => part.stop()))),
    whenSynced: async (signal) => void (await Promise.all(parts.map((part) => part.whenSynced(signal)))),
  };
}

/**
 * A cache that hears nothing for this long is not trusted any more. Bookmarks arrive once a minute and a silent connection
 * is closed after 90 s, so the API server has been unreachable for minutes, and roles may have changed.
 */
const MAX_SILENCE_MILLISECONDS = 300_000;

/** Why the caches cannot be trusted, in one line; null when they can. `now` is on the clock of the caches. */
export function cacheProblem(caches: readonly WatchedCache[], now: number): string | null {
  const missing = caches.filter(({ synced }) => !synced());
  if (missing.length > 0) return `not synced: ${namesOf(missing)}`;
  const silent = caches.filter(
    ({ lastContactTime }) => now - (lastContactTime() ?? now) > MAX_SILENCE_MILLISECONDS,
  );
  if (silent.length > 0) return `the API server has sent nothing for 5 minutes: ${namesOf(silent)}`;
  return null;
}

function namesOf(caches: readonly WatchedCache[]): string {
  return caches.map(({ resource }) => resource).join(', ');
}

/** A check that holds while every cache can be trusted. */
export function createCacheCheck(caches: readonly WatchedCache[], now: () => number): ReadinessCheck {
  return { name: 'caches', problem: () => cacheProblem(caches, now()) };
}

/** Registers the metrics of caches. They are read when metrics are collected. */
export function registerCacheMetrics(
  registry: Registry,
  caches: readonly WatchedCache[],
  now: () => number,
): void {
  registerGauge(registry, {
    name: 'cloister_watch_cache_synced',
    help: 'Whether a watch cache holds what the API server listed: 1 or 0.',
    label: 'resource',
    *read() {
      for (const { resource, synced } of caches) yield [resource, synced() ? 1 : 0];
    },
  });
  registerGauge(registry, {
    name: 'cloister_watch_cache_last_contact_seconds',
    help: 'Seconds since the API server last sent anything about a resource.',
    label: 'resource',
    *read() {
      for (const { resource, lastContactTime } of caches) {
        const last = lastContactTime();
        if (last !== undefined) yield [resource, Math.max(0, now() - last) / 1000];
      }
    },
  });
}
