import type { Registry } from 'prom-client';
import { LABEL } from '../api/names.ts';
import { createCacheCheck, registerCacheMetrics } from '../cluster/cache-set.ts';
import { createControllerMetrics } from '../controller/controller-metrics.ts';
import { startElection } from '../controller/lease.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeLogger } from '../kube/kube-logger.ts';
import type { Clock } from '../lib/clock.ts';
import { vaultHostOf } from '../policy/upstreams/reserved-service.ts';
import type { ReadinessCheck } from '../serve/probes.ts';
import type { OperatorConfiguration } from './configuration.ts';
import { registerDatabaseMetrics } from './database/database-metrics.ts';
import { connectBySystem, type ConnectAddress } from './database/find-addresses.ts';
import { createPostgresIsolation } from './database/postgres-isolation.ts';
import { registerIdentityMetrics } from './identity/identity-metrics.ts';
import { createOperatorCaches, type OperatorCaches, withoutTenants } from './operator-caches.ts';
import { describeIdentities } from './release/describe-identities.ts';
import { waitUntilNoneLeft } from './release/wait-until-none-left.ts';
import { type ControllerSurroundings, followCaches, startControllers } from './start-controllers.ts';
import { createGateTargetSource } from './tenant-isolation/find-gate-targets.ts';
import { createServiceBlockSource } from './tenant-isolation/find-service-blocks.ts';
import { createHostAddressSource, type ResolveHost } from './tenant-isolation/host-addresses.ts';

export interface OperatorOptions {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  readonly clock: Clock;
  /** By which leases are measured, so that no correction of the time makes one longer or shorter. If not set: `clock`. */
  readonly steadyClock?: Clock;
  /** Returns a number in [0, 1). If not set: `Math.random`. */
  readonly random?: () => number;
  readonly registry: Registry;
  /** The name of the pod, as events name it. */
  readonly instance: string;
  /** Of this process alone: two that share it would both lead. */
  readonly identity: string;
  readonly configuration: Pick<
    OperatorConfiguration,
    | 'release'
    | 'gateway'
    | 'gate'
    | 'startGate'
    | 'imagePullPolicy'
    | 'apiServerPorts'
    | 'databaseProbeSeconds'
  >;
  readonly vault: ControllerSurroundings['vault'];
  readonly staticLogins: ControllerSurroundings['staticLogins'];
  readonly environment: NodeJS.ProcessEnv;
  /** Reads `/etc/resolv.conf`. */
  readonly readResolverConfiguration: () => Promise<string>;
  /** Resolves the hosts of Vault and of databases. If not set: as the system does. */
  readonly resolveHost?: ResolveHost;
  /** Connects to an address of a database. If not set: as the system does. */
  readonly connectAddress?: ConnectAddress;
}

/** A running operator. */
export interface Operator {
  /** They do not ask who leads: a standby is ready. */
  readonly checks: readonly ReadinessCheck[];
  readonly synced: () => boolean;
  readonly isLeader: () => boolean;
  /** Resolves when nothing is left of any tenant. Rejects when the operator is stopped first. */
  readonly whenReleased: () => Promise<void>;
  /** Resolves when every reconciliation has ended and another replica may lead. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts the operator: its caches, and its controllers while it leads. With `release` they treat every tenant as gone; that
 * too is the leader's alone, so that no operator makes again what is taken away.
 */
export function startOperator(options: OperatorOptions): Operator {
  const { client, logger, clock, registry, configuration, identity, random = Math.random } = options;
  const watched = createOperatorCaches({ client, logger, clock });
  const caches = configuration.release ? withoutTenants(watched) : watched;
  const metrics = createControllerMetrics(registry, () => election.isLeader());
  const surroundings = {
    ...options,
    random,
    caches,
    metrics,
    triggers: followCaches(caches, {
      clock,
      vaultHost: vaultHostOf(configuration.gateway?.vault?.address ?? null),
    }),
    gateTargets: createGateTargetSource({ ...options, settings: configuration.gate }),
    serviceBlocks: createServiceBlockSource({ client, logger, clock }),
    hostAddresses: createHostAddressSource(options),
    connectAddress: options.connectAddress ?? connectBySystem,
    isolation: createPostgresIsolation(clock),
  };
  const stopping = new AbortController();
  caches.start();
  const election = startElection({
    // Counted below the fence: a write that the fence refused was not made.
    client: metrics.countingClient(client),
    identity,
    clock: options.steadyClock ?? clock,
    logger,
    random,
    lead: (tools) => startControllers(surroundings, tools),
  });
  registerCacheMetrics(registry, caches.watched, clock.now);
  registerDatabaseMetrics(registry, caches, () => election.isLeader());
  registerIdentityMetrics(registry, caches, () => election.isLeader());
  return {
    checks: [createCacheCheck(caches.watched, clock.now)],
    synced: caches.synced,
    isLeader: election.isLeader,
    whenReleased: () => waitUntilReleased(caches, { clock, logger, signal: stopping.signal }),
    stop: async () => {
      stopping.abort(new Error('the operator was stopped'));
      await election.stop();
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
  const find = () =>
    caches.namespaces
      .list()
      .filter(({ metadata: { labels } }) => [LABEL.tenant, LABEL.system].some((label) => labels?.[label]))
      .map(({ metadata }) => metadata.name ?? '');
  const report = (namespaces: readonly string[]) => {
    const identities = describeIdentities(caches.sandboxes.list());
    logger.info({ namespaces, identities }, 'waiting until namespaces are released');
  };
  await waitUntilNoneLeft({ find, report }, clock, signal);
}
