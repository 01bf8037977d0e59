import { type Clock, systemClock } from '../lib/clock.ts';
import { unlessAborted } from '../lib/unless-aborted.ts';
import { type CacheWriter, createCacheWriter } from './cache-writer.ts';
import type { Change } from './fold.ts';
import { followWatch } from './follow-watch.ts';
import type { KubeClient, Selection } from './kube-client.ts';
import type { KubeLogger } from './kube-logger.ts';
import { type KubeObject, objectKey } from './kube-object.ts';
import { describeRequest, type KubeResource } from './kube-resource.ts';
import { createObjectStore, type Indexes } from './object-store.ts';
import { errorFromFailure } from './request-error.ts';
import type { WatchEvent } from './watch-event.ts';
import { runWatchLoop, type WatchLoopPort } from './watch-loop.ts';

/** What to cache, and what is called on changes. */
export interface WatchCacheOptions<T extends KubeObject> extends Selection {
  readonly client: Pick<KubeClient, 'list' | 'watch' | 'server'>;
  readonly resource: KubeResource;
  /** Keeps less of each object; name, namespace, uid and resourceVersion must stay. */
  readonly transform?: (object: T) => T;
  readonly indexes?: Indexes<T>;
  /** Called for every change, in order, after the cache holds it. What it throws is logged and changes nothing. */
  readonly onChange?: (change: Change<T>) => void;
  readonly logger: KubeLogger;
  readonly clock?: Clock;
  /** Returns a number in [0, 1). */
  readonly random?: () => number;
  /**
   * Reconnects after so long without a byte. Must be above the API server's bookmark interval of a minute, or above
   * `timeoutSeconds`, at whose end it sends a bookmark too.
   */
  readonly maxSilenceMilliseconds?: number;
  /** How long the API server keeps one watch open. */
  readonly timeoutSeconds?: number;
}

/** A copy of a part of the API server's state that follows it through every failure. */
export interface WatchCache<T extends KubeObject> {
  readonly start: () => void;
  /** Cancels everything at once; no change is delivered afterwards. Resolves when the loop has ended. */
  readonly stop: () => Promise<void>;
  /** The first list is in. It stays true during an outage: see `lastContactTime`. */
  readonly synced: () => boolean;
  /** Rejects when the cache is stopped or the signal is aborted first. */
  readonly whenSynced: (signal?: AbortSignal) => Promise<void>;
  readonly get: (namespace: string | undefined, name: string) => T | undefined;
  readonly list: (namespace?: string) => T[];
  /** Throws for an index that was not declared. */
  readonly byIndex: (index: string, value: string) => T[];
  /** When the API server was last heard from, on the cache's clock; undefined before the first time. */
  readonly lastContactTime: () => number | undefined;
  /** Whether a watch is open now. A connection that has died without a word counts as open until `maxSilenceMilliseconds`. */
  readonly following: () => boolean;
}

/** Creates a cache; nothing happens before `start`. */
export function createWatchCache<T extends KubeObject>(options: WatchCacheOptions<T>): WatchCache<T> {
  const store = createObjectStore<T>(options.indexes ?? {});
  const stopping = new AbortController();
  const ready = Promise.withResolvers<void>();
  // Stopped before it is synced, with no caller waiting, it would be an unhandled rejection.
  ready.promise.catch(() => undefined);
  let isSynced = false;
  let isFollowing = false;
  let lastContact: number | undefined;
  let running: Promise<void> | undefined;

  const clock = options.clock ?? systemClock;
  const writer = createCacheWriter<T>({ ...options, store, signal: stopping.signal });
  const onContact = (): void => {
    lastContact = clock.now();
  };
  const onListed = (): void => {
    onContact();
    isSynced = true;
    ready.resolve();
  };

  return {
    start: () => {
      const onFollowing = (following: boolean): void => {
        isFollowing = following;
      };
      const port = createLoopPort(options, { writer, clock, onContact, onListed, onFollowing });
      const { random = Math.random, logger } = options;
      running ??= runWatchLoop(port, { clock, random, logger }, stopping.signal);
    },
    stop: async () => {
      const error = new Error(`the cache of ${options.resource.plural} was stopped`);
      stopping.abort(error);
      ready.reject(error);
      await running;
    },
    synced: () => isSynced,
    whenSynced: (signal) => unlessAborted(ready.promise, signal),
    get: (namespace, name) => store.objects.get(objectKey({ namespace, name })),
    list: (namespace) => {
      const all = [...store.objects.values()];
      return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
    },
    byIndex: store.byIndex,
    lastContactTime: () => lastContact,
    following: () => isFollowing,
  };
}

interface LoopParts<T extends KubeObject> {
  readonly writer: CacheWriter<T>;
  readonly clock: Clock;
  readonly onContact: () => void;
  readonly onListed: () => void;
  readonly onFollowing: (following: boolean) => void;
}

function createLoopPort<T extends KubeObject>(
  options: WatchCacheOptions<T>,
  parts: LoopParts<T>,
): WatchLoopPort {
  const { client, resource, maxSilenceMilliseconds = 90_000, timeoutSeconds = 290 } = options;
  const { writer, clock, onContact, onListed, onFollowing } = parts;
  const { namespace, labelSelector, fieldSelector, metadataOnly } = options;
  const selection: Selection = { namespace, labelSelector, fieldSelector, metadataOnly };
  return {
    list: async (signal) => {
      // The loop repeats a failed list itself, with its longer backoff.
      const list = await client.list<T>(resource, selection, { signal, maxAttempts: 1 });
      signal.throwIfAborted();
      if (list.resourceVersion === '') throw new TypeError('the list has no resource version to watch from');
      writer.list(list.items);
      onListed();
      return list.resourceVersion;
    },
    follow: async (resourceVersion, onVersion, signal) => {
      const plan = {
        client,
        resource,
        selection,
        resourceVersion,
        timeoutSeconds,
        maxSilenceMilliseconds,
        clock,
        signal,
      };
      const onEvent = (event: WatchEvent<T>): void => {
        const version = writer.event(event);
        if (version !== undefined && version !== '') onVersion(version);
      };
      const onBytes = (): void => {
        onContact();
        onFollowing(true);
      };
      try {
        await followWatch<T>(plan, { onContact: onBytes, onEvent });
        // The API server has ended the watch itself.
        onContact();
      } finally {
        onFollowing(false);
      }
    },
    toError: (error) =>
      errorFromFailure(describeRequest('follow', resource, { namespace }), client.server, error),
  };
}
