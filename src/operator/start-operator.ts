import { LABEL, OPERATOR_USER } from '../api/names.ts';
import { type Controller, startController } from '../controller/controller.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeLogger } from '../kube/kube-logger.ts';
import type { Clock } from '../lib/clock.ts';
import { createCacheCheck } from '../cluster/cache-set.ts';
import type { ReadinessCheck } from '../serve/probes.ts';
import { followSandboxes, followTenantsOf, knownSandboxes } from './agent-sandbox/follow-sandboxes.ts';
import { createSandboxReconciler } from './agent-sandbox/reconcile-sandbox.ts';
import type { OperatorConfiguration } from './configuration.ts';
import { createOperatorCaches, type OperatorCaches, withoutTenants } from './operator-caches.ts';
import { startFeed } from './feed/start-feed.ts';
import { startPodLifetime } from './pod-lifetime/start-pod-lifetime.ts';
import { createEnrolments } from './tenant-isolation/enrolments.ts';
import { createGateTargetSource } from './tenant-isolation/find-gate-targets.ts';
import { followTenants, knownTenants } from './tenant-isolation/follow-tenants.ts';
import { createTenantReconciler } from './tenant-isolation/reconcile-tenant.ts';

export interface OperatorOptions {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  /** Returns a number in [0, 1). If not set: `Math.random`. */
  readonly random?: () => number;
  readonly configuration: Pick<
    OperatorConfiguration,
    'release' | 'gateway' | 'gate' | 'startGate' | 'imagePullPolicy' | 'apiServerPorts'
  >;
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
const SANDBOX_WORKERS = 8;

/** How often it is looked whether something is left. */
const RELEASE_INTERVAL_MILLISECONDS = 500;
const REPORT_EVERY = 20;

/** Starts the controllers of the operator. With `release` they treat every tenant as gone. */
export function startOperator(options: OperatorOptions): Operator {
  const { client, logger, clock, configuration } = options;
  const watched = createOperatorCaches({ client, logger, clock });
  const caches = configuration.release ? withoutTenants(watched) : watched;
  const gateTargets = createGateTargetSource({ ...options, settings: configuration.gate });
  const enrolments = createEnrolments(caches, clock);
  const tenants = startController({
    name: 'TenantIsolation',
    reconcile: createTenantReconciler({
      client,
      logger,
      clock,
      caches,
      enrolments,
      gateTargets,
      configuration,
    }),
    knownKeys: () => knownTenants(caches),
    whenSynced: caches.whenSynced,
    clock,
    logger,
    random: options.random ?? Math.random,
    workers: TENANT_WORKERS,
  });
  followTenants(caches, tenants);
  const controllers = [
    tenants,
    startSandboxes(caches, options),
    startFeed(caches, enrolments, options),
    startPodLifetime(caches, options),
  ];
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

function startSandboxes(
  caches: OperatorCaches,
  { client, logger, clock, random = Math.random, configuration }: OperatorOptions,
): Controller {
  const { startGate, imagePullPolicy } = configuration;
  const admission = { startGateDigests: startGate.digests, operatorUser: OPERATOR_USER };
  const settings = { admission, startGateImage: startGate.image, imagePullPolicy };
  const tenantOf = followTenantsOf(caches);
  const controller = startController({
    name: 'AgentSandbox',
    reconcile: createSandboxReconciler({ client, logger, clock, caches, tenantOf, settings }),
    knownKeys: () => knownSandboxes(caches),
    whenSynced: caches.whenSynced,
    clock,
    logger,
    random,
    workers: SANDBOX_WORKERS,
  });
  followSandboxes(caches, controller);
  return controller;
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
