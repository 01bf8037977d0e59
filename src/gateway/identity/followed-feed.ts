import type { WatchedCache } from '../../cluster/cache-set.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { resources } from '../../kube/resources.ts';
import { createWatchCache } from '../../kube/watch-cache.ts';
import type { Clock } from '../../lib/clock.ts';
import { listFirst } from '../../lib/list-first.ts';
import type { Logger } from '../../lib/log.ts';
import { FEED } from '../../policy/feed/feed-name.ts';
import { FRESH_WATCH, staleness } from '../cache-freshness.ts';
import {
  type Compile,
  createFeedState,
  type FeedChange,
  type FeedConfigMap,
  type FeedState,
} from './feed-state.ts';

/** What the operator tells this gateway, followed. */
export interface FollowedFeed extends Pick<FeedState, 'tenant' | 'role' | 'sandbox'> {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** Why the feed cannot be relied on at all, in one line; null where it can. */
  readonly staleness: (maxAgeMilliseconds?: number) => string | null;
  /** Why some of it cannot be used, in one line; null where all can. */
  readonly problem: () => string | null;
  readonly watched: WatchedCache;
}

export interface FollowedFeedOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
  readonly tenant: string;
  readonly namespace: string;
  readonly compile: Compile;
  readonly onChange: (change: FeedChange) => void;
}

const MAX_PROBLEMS = 3;

/** Follows the ConfigMaps of the feed in the gateway's namespace. */
export function followFeed(options: FollowedFeedOptions): FollowedFeed {
  const { client, log, clock, tenant, namespace, compile, onChange } = options;
  const state = createFeedState(tenant, compile);
  const logged = new Set<string>();
  const cache = createWatchCache<FeedConfigMap>({
    ...FRESH_WATCH,
    client,
    logger: log,
    clock,
    resource: resources.configMaps,
    namespace,
    labelSelector: FEED.label,
    onChange: (change) => {
      const told = state.take(change);
      logNew(state.problems(), logged, log);
      onChange(told);
    },
  });
  return {
    start: cache.start,
    stop: cache.stop,
    staleness: (maxAgeMilliseconds) => {
      const stale = staleness(cache, clock.now(), maxAgeMilliseconds);
      return stale === null ? null : `what the operator tells is not known (${stale})`;
    },
    problem: () => {
      const problems = state.problems();
      return problems.length === 0 ? null : listFirst(problems, MAX_PROBLEMS, String, '; ');
    },
    tenant: state.tenant,
    role: state.role,
    sandbox: state.sandbox,
    watched: { ...cache, resource: resources.configMaps.plural },
  };
}

function logNew(problems: readonly string[], logged: Set<string>, log: Logger): void {
  for (const problem of problems) if (!logged.has(problem)) log.warn({ problem }, 'the feed cannot be used');
  logged.clear();
  for (const problem of problems) logged.add(problem);
}
