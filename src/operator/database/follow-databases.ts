import { CLUSTER_ROLE, LABEL, tenantOfSystemNamespace } from '../../api/names.ts';
import type { Controller } from '../../controller/controller.ts';
import { isStatusAlone } from '../../kube/fold.ts';
import { DATABASE_RECORD } from '../../policy/database/database-record.ts';
import { readVaultName } from '../../policy/vault/vault-identity.ts';
import type { OperatorCaches } from '../operator-caches.ts';

type FollowedCaches = Pick<
  OperatorCaches,
  'tenants' | 'namespaces' | 'configMaps' | 'roleBindings' | 'sandboxes'
>;

/** The tenants that have a database, and those of which something is set up in one. */
export function knownDatabases({
  tenants,
  configMaps,
}: Pick<OperatorCaches, 'tenants' | 'configMaps'>): ReadonlySet<string> {
  const declared = tenants.list().filter(({ spec }) => spec.database !== undefined);
  const recorded = configMaps
    .list()
    .filter(({ metadata: { name } }) => name === DATABASE_RECORD.configMap)
    .map(({ metadata: { namespace = '' } }) => tenantOfSystemNamespace(namespace));
  const all = [...declared.map(({ metadata }) => metadata.name), ...recorded];
  return new Set(all.filter((name) => name !== null));
}

/** Has the database of a tenant looked at when something changes that it is set up from. Called before the caches start. */
export function followDatabases(
  caches: FollowedCaches,
  controller: Pick<Controller, 'add' | 'addAll'>,
): void {
  caches.tenants.subscribe((change) => {
    if (isStatusAlone(change)) return;
    const specs =
      change.type === 'Modified' ? [change.previous.spec, change.object.spec] : [change.object.spec];
    if (specs.every(({ database }) => database === undefined)) return;
    controller.add(change.object.metadata.name);
    // What one tenant lets go may be another's.
    controller.addAll();
  });
  const addOwner = (namespace: string | undefined): void => {
    const tenant = tenantOfSystemNamespace(namespace ?? '');
    if (tenant !== null) controller.add(tenant);
  };
  // Its annotation may let a removal pass that does not end.
  caches.namespaces.subscribe(({ object: { metadata } }) => {
    if (metadata.labels?.[LABEL.system] !== undefined) addOwner(metadata.name);
  });
  caches.configMaps.subscribe(({ object: { metadata } }) => {
    if (metadata.name === DATABASE_RECORD.configMap) addOwner(metadata.namespace);
  });
  // The last identity of a tenant that is gone lets its roles go.
  caches.sandboxes.subscribe((change) => {
    const before = change.type === 'Modified' ? change.previous : change.object;
    const role = before.status?.vaultRole;
    const isKept = change.type !== 'Deleted' && change.object.status?.vaultRole === role;
    const tenant = isKept ? undefined : readVaultName(role ?? '')?.tenant;
    if (tenant !== undefined) controller.add(tenant);
  });
  // Without this right the admin credential cannot be read.
  caches.roleBindings.subscribe(({ object: { metadata } }) => {
    if (metadata.name === CLUSTER_ROLE.operatorSecrets) addOwner(metadata.namespace);
  });
}
