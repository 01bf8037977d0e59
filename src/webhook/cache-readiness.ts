import type { ReadinessCheck } from './health.ts';

/** What is asked of a watch cache. Times in milliseconds since 1970. */
export interface ObservedCache {
  /** Plural name of what it holds, for example `agentroles`. */
  readonly resource: string;
  readonly synced: () => boolean;
  readonly lastContactTime: () => number | undefined;
}

/** Ready once every cache holds what the API server listed. */
export function createCacheCheck(caches: readonly ObservedCache[]): ReadinessCheck {
  return {
    name: 'caches',
    problem() {
      const missing = caches.filter(({ synced }) => !synced()).map(({ resource }) => resource);
      return missing.length === 0 ? null : `not synced: ${missing.join(', ')}`;
    },
  };
}
