import { type Controller, startController } from '../../controller/controller.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeLogger } from '../../kube/kube-logger.ts';
import type { Clock } from '../../lib/clock.ts';
import { followTenantsOf } from '../agent-sandbox/follow-sandboxes.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import type { Enrolments } from '../tenant-isolation/enrolments.ts';
import { knownFeed } from './feed-keys.ts';
import { followFeed } from './follow-feed.ts';
import { createFeedReconciler } from './reconcile-feed.ts';

interface FeedOptions {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  readonly random?: () => number;
}

const WORKERS = 4;

/** Starts telling gateways what holds. Called before the caches start. */
export function startFeed(
  caches: OperatorCaches,
  enrolments: Enrolments,
  { client, logger, clock, random = Math.random }: FeedOptions,
): Controller {
  const tenantOf = followTenantsOf(caches);
  const controller = startController({
    name: 'Feed',
    reconcile: createFeedReconciler({ client, logger, clock, caches, enrolments, tenantOf }),
    knownKeys: () => knownFeed(caches, enrolments),
    whenSynced: caches.whenSynced,
    clock,
    logger,
    random,
    workers: WORKERS,
  });
  followFeed(caches, controller);
  return controller;
}
