import { LABEL } from '../api/names.ts';
import { startController } from '../controller/controller.ts';
import { type KubeClient } from '../kube/kube-client.ts';
import { type KubeLogger } from '../kube/kube-logger.ts';
import { type Clock } from '../lib/clock.ts';
import { createCacheCheck } from '../cluster/cache-set.ts';
import { type ReadinessCheck } from '../serve/probes.ts';
import { type OperatorConfiguration } from './configuration.ts';
import { createOperatorCaches, type OperatorCaches, withoutTenants } from './operator-caches.ts';
import { createGateTargetSource } from './tenant-isolation/find-gate-targets.ts';
import { followTenants, knownTenants } from './tenant-isolation/follow-tenants.ts';
import { createTenantReconciler } from './tenant-isolation/reconcile-tenant.ts';

export interface OperatorOptions {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  /** Returns a number in [0, 1). If not set: `Math.random`. */
  readonly random?: () => number;
  readonly configuration: Pick<OperatorConfiguration, 'release' | 'gateway' | 'gate' | 'apiServerPorts'>;
  readonly environment: NodeJS.ProcessEnv;
  /** Reads `/etc/resolv.conf`. */
  readonly readResolverConfiguration: () => Promise<string>;
}

/** A running operator. */
export interface Operator {
  readonly checks: readonly ReadinessCheck[];
  readonly synced: () => boolean;
  /** Resolves when nothing is left of any tenant. Rejects when the operator is stopped first. */
  readonly whenReleased: () => Promise<void>;
  /** Resolves when every reconciliation has ended. */
  readonly stop: () => Promise<void>;
}

const TENANT_WORKERS = 4;

/** How often it is looked whether something is left. */
const RELEASE_INTERVAL_MILLISECONDS = 500;
const REPORT_EVERY = 20;

/** Starts the controllers of the operator. With `release` they treat every tenant as gone. */
export function startOperator(options: OperatorOptions): Operator {
  const { client, logger, clock, configuration } = options;
  const watched = createOperatorCaches({ client, logger, clock });
  const caches = configuration.release ? withoutTenants(watched) : watched;
  const gateTargets = createGateTargetSource({ ...options, settings: configuration.gate });
  const tenants = startController({
    name: 'TenantIsolation',
    reconcile: createTenantReconciler({ client, logger, clock, caches, gateTargets, configuration }),
    knownKeys: () => knownTenants(caches),
    whenSynced: caches.whenSynced,
    clock,
    logger,
    random: options.random ?? Math.random,
    workers: TENANT_WORKERS,
  });
  followTenants(caches, tenants);
  const controllers = [tenants];
  const stopping = new AbortController();
  caches.start();
  return {
    checks: [createCacheCheck(caches.watched, clock.now)],
    synced: caches.synced,
    whenReleased: () => waitUntilReleased(caches, { clock, logger, signal: stopping.signal }),
    stop: async () => {
      stopping.abort(new Error('the operator was stopped'));
      await Promise.all(controllers.map((controller) => controller.stop()));
      await caches.stop();
    },
  };
}

async function waitUntilReleased(
  caches: OperatorCaches,
  given: { readonly clock: Clock; readonly logger: KubeLogger; readonly signal: AbortSignal },
): Promise<void> {
  const { clock, logger, signal } = given;
  await caches.whenSynced(signal);
  for (let round = 0; ; round += 1) {
    const left = caches.namespaces
      .list()
      .filter(({ metadata: { labels } }) => [LABEL.tenant, LABEL.system].some((label) => labels?.[label]))
      .map(({ metadata }) => metadata.name);
    if (left.length === 0) return;
    if (round % REPORT_EVERY === 0)
      logger.info({ namespaces: left }, 'waiting until namespaces are released');
    await clock.sleep(RELEASE_INTERVAL_MILLISECONDS, signal);
  }
}
