import { isKnownProfile } from '../policy/seccomp/prepared-nodes.ts';
import { OPERATOR_USER } from '../api/names.ts';
import type { Leadership } from '../controller/fenced-client.ts';
import type { ControllerMetrics } from '../controller/controller-metrics.ts';
import { createControllerSlot, type ControllerSlot } from '../controller/controller-slot.ts';
import { type ControllerOptions, startController } from '../controller/controller.ts';
import { createEventRecorder } from '../controller/events.ts';
import type { LeaderPart, LeaderTools } from '../controller/lease.ts';
import type { KubeLogger } from '../kube/kube-logger.ts';
import type { Clock } from '../lib/clock.ts';
import type { TenantPolicy } from '../policy/tenants/tenant-policy.ts';
import type { StaticLogins } from '../vault/static-logins.ts';
import type { VaultIdentities } from '../vault/vault-identities.ts';
import { createRoleReconciler } from './agent-role/reconcile-role.ts';
import { followSandboxes, followTenantsOf, knownSandboxes } from './agent-sandbox/follow-sandboxes.ts';
import { isToBeContained } from './agent-sandbox/contained-condition.ts';
import { createSandboxReconciler } from './agent-sandbox/reconcile-sandbox.ts';
import { followQuarantines } from './agent-quarantine/follow-quarantines.ts';
import { followOpenEgress } from './agent-quarantine/quarantine-open-egress.ts';
import {
  createQuarantineSlots,
  quarantineControllers,
  type QuarantineSlots,
} from './agent-quarantine/quarantine-controllers.ts';
import { createQuarantineLookup, type QuarantineLookup } from './agent-quarantine/quarantine-lookup.ts';
import { startHeadRegistration } from './audit/register-heads.ts';
import type { OperatorConfiguration } from './configuration.ts';
import { databaseController } from './database/database-controller.ts';
import type { DatabaseContext } from './database/database-context.ts';
import { createDatabaseReports } from './database/database-reports.ts';
import { followDatabases } from './database/follow-databases.ts';
import { createDatabaseWitness } from './database/witness-logins.ts';
import { knownFeed } from './feed/feed-keys.ts';
import { followFeed } from './feed/follow-feed.ts';
import { isUrgentInFeed } from './feed/is-urgent.ts';
import { createFeedReconciler } from './feed/reconcile-feed.ts';
import type { OperatorCaches } from './operator-caches.ts';
import {
  createLifetimeReconciler,
  followGovernedPods,
  knownGovernedPods,
} from './pod-lifetime/reconcile-lifetime.ts';
import { createEnrolments, type Enrolments } from './tenant-isolation/enrolments.ts';
import type { GateTargetSource } from './tenant-isolation/find-gate-targets.ts';
import type { ServiceBlockSource } from './tenant-isolation/find-service-blocks.ts';
import { followServices } from './tenant-isolation/follow-services.ts';
import type { HostAddressSource } from './tenant-isolation/host-addresses.ts';
import { followTenants, knownTenants } from './tenant-isolation/follow-tenants.ts';
import { createTenantReconciler } from './tenant-isolation/reconcile-tenant.ts';

/** What the controllers of each term use. It outlives a term. */
export interface ControllerSurroundings {
  readonly caches: OperatorCaches;
  readonly triggers: ControllerTriggers;
  readonly metrics: ControllerMetrics;
  readonly gateTargets: GateTargetSource;
  readonly serviceBlocks: ServiceBlockSource;
  readonly hostAddresses: HostAddressSource;
  readonly configuration: Pick<
    OperatorConfiguration,
    'gateway' | 'gate' | 'startGate' | 'imagePullPolicy' | 'apiServerPorts' | 'databaseProbeSeconds'
  >;
  /** The identities in Vault, for as long as a term lasts; null where the operator has no Vault. */
  readonly vault: ((leadership: Leadership) => VaultIdentities) | null;
  /** The logins of Vault's static roles, in the same way. */
  readonly staticLogins: ((leadership: Leadership) => StaticLogins) | null;
  readonly isolation: DatabaseContext['isolation'];
  readonly connectAddress: DatabaseContext['connectAddress'];
  /** Of this process, as events name it. */
  readonly instance: string;
  readonly clock: Clock;
  readonly logger: KubeLogger;
  readonly random: () => number;
}

/** What has objects reconciled when something changes. */
export interface ControllerTriggers {
  readonly roles: ControllerSlot;
  readonly tenants: ControllerSlot;
  readonly sandboxes: ControllerSlot;
  readonly feed: ControllerSlot;
  readonly databases: ControllerSlot;
  readonly podLifetime: ControllerSlot;
  readonly quarantine: QuarantineSlots;
  readonly quarantineOf: QuarantineLookup;
  readonly enrolments: Enrolments;
  readonly tenantOf: (namespace: string) => TenantPolicy | null;
}

/** How many are reconciled at the same time. */
const WORKERS = {
  roles: 1,
  tenants: 4,
  sandboxes: 8,
  feed: 4,
  podLifetime: 2,
};

/** Subscribes to the caches, once and before they start. */
export function followCaches(
  caches: OperatorCaches,
  { clock, vaultHost }: { readonly clock: Clock; readonly vaultHost: string | null },
): ControllerTriggers {
  // First: what follows reads what is planned from the caches.
  const enrolments = createEnrolments(caches, clock);
  const tenantOf = followTenantsOf(caches);
  const triggers = {
    enrolments,
    tenantOf,
    quarantineOf: createQuarantineLookup(caches, tenantOf),
    roles: createControllerSlot(),
    tenants: createControllerSlot(),
    sandboxes: createControllerSlot(),
    feed: createControllerSlot(),
    databases: createControllerSlot(),
    podLifetime: createControllerSlot(),
    quarantine: createQuarantineSlots(),
  };
  // Before everything else: who is contained waits for nobody.
  followQuarantines(caches, { ...triggers, ...triggers.quarantine });
  followOpenEgress(caches, triggers.quarantine.openEgress);
  caches.roles.subscribe(({ object }) => triggers.roles.add(object.metadata.name));
  followTenants(caches, triggers.tenants);
  followServices(caches, triggers.tenants, vaultHost);
  followSandboxes(caches, triggers.sandboxes);
  followFeed(caches, triggers.feed);
  followDatabases(caches, triggers.databases);
  followGovernedPods(caches, triggers.podLifetime);
  return triggers;
}

/** Starts the controllers for one term of leadership. */
export function startControllers(
  surroundings: ControllerSurroundings,
  { client, leadership, signal }: LeaderTools,
): LeaderPart {
  const { triggers, caches, clock, logger, random, metrics, instance } = surroundings;
  const events = createEventRecorder({ client, instance, clock, logger, random });
  const vault = surroundings.vault?.(leadership) ?? null;
  const staticLogins = surroundings.staticLogins?.(leadership) ?? null;
  const databaseReports = createDatabaseReports();
  const reach = { ...surroundings, client, events, staticLogins, databaseReports };
  const shared = { ...reach, vault, databases: createDatabaseWitness(reach) };
  const start = (slot: ControllerSlot, own: Own): LeaderPart => {
    const { whenSynced } = caches;
    const controller = startController({ ...own, whenSynced, metrics, clock, logger, random });
    slot.hold(controller);
    return {
      stop: () => {
        slot.hold(null);
        return controller.stop();
      },
    };
  };
  const parts = [
    ...quarantineControllers({ ...shared, ...triggers }).map(({ slot, ...own }) =>
      start(triggers.quarantine[slot], own),
    ),
    start(triggers.roles, roleController(shared)),
    start(triggers.tenants, tenantController(shared)),
    start(triggers.sandboxes, sandboxController(shared)),
    start(triggers.feed, feedController(shared)),
    start(triggers.databases, databaseController(shared)),
    start(triggers.podLifetime, podLifetimeController(shared)),
    startHeadRegistration(shared),
  ];
  const stop = async (): Promise<void> => void (await Promise.all(parts.map((part) => part.stop())));
  // At once: what the end of the term cuts off is no error of a reconciliation.
  signal.addEventListener('abort', () => void stop(), { once: true });
  return { stop };
}

/** What a controller has of its own. */
type Own = Pick<ControllerOptions, 'name' | 'reconcile' | 'knownKeys' | 'isUrgent' | 'workers'>;

type Shared = Omit<ControllerSurroundings, 'vault' | 'staticLogins'> &
  Pick<Parameters<typeof createSandboxReconciler>[0], 'client' | 'events' | 'vault' | 'databases'> &
  Pick<DatabaseContext, 'staticLogins' | 'databaseReports'>;

function roleController(shared: Shared): Own {
  const { caches } = shared;
  return {
    name: 'AgentRole',
    reconcile: createRoleReconciler({ ...shared, isKnownProfile }),
    knownKeys: () => caches.roles.list().map(({ metadata }) => metadata.name),
    workers: WORKERS.roles,
  };
}

function tenantController(shared: Shared): Own {
  const { caches, triggers } = shared;
  return {
    name: 'TenantIsolation',
    reconcile: createTenantReconciler({ ...shared, enrolments: triggers.enrolments }),
    knownKeys: () => knownTenants(caches),
    // What is to go away goes before what is to come.
    isUrgent: (name) => caches.tenants.get(undefined, name) === undefined,
    workers: WORKERS.tenants,
  };
}

function sandboxController(shared: Shared): Own {
  const { caches, triggers, configuration } = shared;
  const { tenantOf, quarantineOf } = triggers;
  const { startGate, imagePullPolicy } = configuration;
  const admission = { startGateDigests: startGate.digests, operatorUser: OPERATOR_USER };
  const settings = { admission, startGateImage: startGate.image, imagePullPolicy };
  return {
    name: 'AgentSandbox',
    reconcile: createSandboxReconciler({ ...shared, tenantOf, quarantineOf, settings }),
    knownKeys: () => knownSandboxes(caches),
    isUrgent: (key) => {
      const [namespace = '', name = ''] = key.split('/');
      const sandbox = caches.sandboxes.get(namespace, name);
      if (sandbox === undefined) return false;
      const { spec, metadata } = sandbox;
      if (spec.state === 'Stopped' || metadata.deletionTimestamp !== undefined) return true;
      return isToBeContained(sandbox, quarantineOf);
    },
    workers: WORKERS.sandboxes,
  };
}

function feedController(shared: Shared): Own {
  const { caches, triggers } = shared;
  const { enrolments, tenantOf, quarantineOf } = triggers;
  return {
    name: 'Feed',
    reconcile: createFeedReconciler({ ...shared, enrolments, tenantOf, quarantineOf }),
    knownKeys: () => knownFeed(caches, enrolments),
    isUrgent: (key) => isUrgentInFeed(key, caches, quarantineOf),
    workers: WORKERS.feed,
  };
}

function podLifetimeController(shared: Shared): Own {
  const { caches } = shared;
  return {
    name: 'PodLifetime',
    reconcile: createLifetimeReconciler(caches, shared),
    knownKeys: () => knownGovernedPods(caches),
    workers: WORKERS.podLifetime,
  };
}
