import type { ControllerSlot } from '../../controller/controller-slot.ts';
import type { ControllerOptions } from '../../controller/controller.ts';
import { objectKey } from '../../kube/kube-object.ts';
import type { OperatorConfiguration } from '../configuration.ts';
import { feedKey } from '../feed/feed-keys.ts';
import type { Enrolments } from '../tenant-isolation/enrolments.ts';
import type { DatabaseContext } from './database-context.ts';
import { knownDatabases } from './follow-databases.ts';
import { createDatabaseReconciler } from './reconcile-database.ts';

export interface DatabaseControllerOptions extends Omit<DatabaseContext, 'onReport' | 'probeMilliseconds'> {
  readonly configuration: Pick<OperatorConfiguration, 'databaseProbeSeconds'>;
  readonly triggers: {
    readonly tenants: Pick<ControllerSlot, 'add'>;
    readonly feed: Pick<ControllerSlot, 'add'>;
    readonly sandboxes: Pick<ControllerSlot, 'add'>;
    readonly enrolments: Enrolments;
  };
}

/** The controller of the databases of tenants: a database that does not answer holds up no other controller. */
export function databaseController(
  options: DatabaseControllerOptions,
): Pick<ControllerOptions, 'name' | 'reconcile' | 'knownKeys' | 'isUrgent' | 'workers'> {
  const { caches, triggers, configuration } = options;
  const { enrolments, tenants, feed, sandboxes } = triggers;
  const onReport = (tenant: string): void => {
    tenants.add(tenant);
    feed.add(feedKey({ tenant, subject: { kind: 'Tenant' } }));
    const own = enrolments.namespacesOf(tenant).flatMap((namespace) => caches.sandboxes.list(namespace));
    for (const { metadata } of own) sandboxes.add(objectKey(metadata));
  };
  const probeMilliseconds = configuration.databaseProbeSeconds * 1_000;
  return {
    name: 'Database',
    reconcile: createDatabaseReconciler({ ...options, onReport, probeMilliseconds }),
    knownKeys: () => knownDatabases(caches),
    // What is to go away goes before what is to come.
    isUrgent: (name) => caches.tenants.get(undefined, name) === undefined,
    workers: 4,
  };
}
