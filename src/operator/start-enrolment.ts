import type { AgentRole } from '../api/agent-role.ts';
import type { TenantIsolation } from '../api/tenant-isolation.ts';
import type { Clock } from '../lib/clock.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeLogger } from '../kube/kube-logger.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import { resources } from '../kube/resources.ts';
import { createWatchCache } from '../kube/watch-cache.ts';
import { parseTime } from '../lib/time.ts';
import { reconcileEnrolment } from './tenant-isolation/reconcile-enrolment.ts';

/** Longest time between two reconciliations when nothing changes, in milliseconds. */
const RESYNC = 600_000;

/** Shortest and longest pause after one that failed, in milliseconds. */
const RETRY = { shortest: 500, longest: 30_000 };

export interface Enrolment {
  readonly synced: () => boolean;
  readonly stop: () => Promise<void>;
}

/**
 * Keeps namespaces enrolled as the tenants say: reconciles when a tenant, a role or a namespace changes, one at a time, again
 * after a failure with a growing pause, and every ten minutes.
 */
export function startEnrolment(given: { client: KubeClient; logger: KubeLogger; clock: Clock }): Enrolment {
  const { clock, logger } = given;
  const stopping = new AbortController();
  let changed = new AbortController();
  const { tenants, roles, namespaces } = createCaches({ ...given, onChange: () => changed.abort() });
  const caches = [tenants, roles, namespaces];

  const run = async (): Promise<void> => {
    await Promise.all(caches.map((cache) => cache.whenSynced(stopping.signal)));
    let pause: number = RETRY.shortest;
    while (!stopping.signal.aborted) {
      changed = new AbortController();
      const world = {
        tenants: tenants.list(),
        roles: roles.list(),
        namespaces: namespaces.list(),
        now: clock.now(),
      };
      const failed = await reconcileEnrolment(world, given).then(
        () => false,
        (error: unknown) => {
          logger.error({ err: error }, 'namespaces could not be enrolled; trying again');
          return true;
        },
      );
      const untilNext = Math.min(RESYNC, nextExpiration(world.tenants, world.now) - clock.now());
      await pauseFor(failed ? pause : untilNext, failed ? [] : [changed.signal]);
      pause = failed ? Math.min(pause * 2, RETRY.longest) : RETRY.shortest;
    }
  };
  const pauseFor = async (milliseconds: number, until: readonly AbortSignal[]): Promise<void> => {
    await clock.sleep(milliseconds, AbortSignal.any([stopping.signal, ...until])).catch(() => {});
  };

  for (const cache of caches) cache.start();
  const running = run().catch((error: unknown) => {
    if (!stopping.signal.aborted) logger.error({ err: error }, 'the enrolment loop ended');
  });
  return {
    synced: () => caches.every((cache) => cache.synced()),
    stop: async () => {
      stopping.abort();
      await Promise.all([running, ...caches.map((cache) => cache.stop())]);
    },
  };
}

function createCaches(shared: {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  readonly onChange: () => void;
}) {
  return {
    tenants: createWatchCache<TenantIsolation & KubeObject>({
      ...shared,
      resource: resources.tenantIsolations,
    }),
    roles: createWatchCache<AgentRole & KubeObject>({ ...shared, resource: resources.agentRoles }),
    namespaces: createWatchCache<KubeObject>({
      ...shared,
      resource: resources.namespaces,
      metadataOnly: true,
    }),
  };
}

/** When the next exemption of any tenant ends, in milliseconds since 1970; never (`Infinity`) where none is in force at `now`. */
function nextExpiration(tenants: readonly TenantIsolation[], now: number): number {
  const ends = tenants.flatMap(({ spec }) =>
    spec.exemptions.map(({ expirationTime }) => parseTime(expirationTime)),
  );
  return Math.min(...ends.filter((end) => end > now));
}
