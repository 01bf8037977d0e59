import { CLUSTER_ROLE, LABEL } from '../../api/names.ts';
import type { Controller } from '../../controller/controller.ts';
import { isStatusAlone } from '../../kube/fold.ts';
import { type KubeObject, objectKey } from '../../kube/kube-object.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { tenantOfNamespace } from '../tenant-of-namespace.ts';
import { feedKey, isOfFeed, sandboxKey } from './feed-keys.ts';

type Queue = Pick<Controller, 'add' | 'addAll'>;

/** Has a ConfigMap of the feed looked at when something changes that it tells. Called before the caches start. */
export function followFeed(caches: OperatorCaches, controller: Queue): void {
  followTenants(caches, controller);
  followRoles(caches, controller);
  followSandboxes(caches, controller);
  caches.configMaps.subscribe(({ object }) => {
    if (isOfFeed(object)) controller.add(objectKey(object.metadata));
  });
}

function followTenants({ tenants, namespaces }: OperatorCaches, controller: Queue): void {
  tenants.subscribe((change) => {
    controller.add(feedKey({ tenant: change.object.metadata.name, subject: { kind: 'Tenant' } }));
    if (!isStatusAlone(change)) controller.addAll();
  });
  namespaces.subscribe((change) => {
    const { metadata } = change.object;
    const before = change.type === 'Modified' ? change.previous.metadata : undefined;
    const isSame =
      before !== undefined &&
      before.deletionTimestamp === metadata.deletionTimestamp &&
      [LABEL.tenant, LABEL.system].every((label) => before.labels?.[label] === metadata.labels?.[label]);
    if (!isSame) controller.addAll();
  });
}

function followRoles(caches: OperatorCaches, controller: Queue): void {
  const addRole = (tenant: string, role: string): void =>
    controller.add(feedKey({ tenant, subject: { kind: 'Role', role } }));
  caches.roles.subscribe(({ object }) => {
    for (const { metadata } of caches.tenants.list()) addRole(metadata.name, object.metadata.name);
  });
  // The last pod of a role that is not allowed any more lets its Secret go.
  caches.pods.subscribe(({ type, object: { metadata } }) => {
    const tenant = tenantOfNamespace(caches, metadata.namespace ?? '');
    const role = metadata.labels?.[LABEL.role];
    const isOther = metadata.labels?.[LABEL.sandbox] === undefined;
    if (type === 'Deleted' && isOther && tenant !== undefined && role !== undefined) addRole(tenant, role);
  });
  // Without this right there are no Secrets.
  caches.roleBindings.subscribe(({ object: { metadata } }) => {
    if (metadata.name !== CLUSTER_ROLE.operatorSecrets) return;
    const namespace = metadata.namespace ?? '';
    const tenant = tenantOfNamespace(caches, namespace);
    if (tenant === undefined) return;
    for (const role of caches.tenants.get(undefined, tenant)?.spec.roles.allowed ?? []) addRole(tenant, role);
    for (const sandbox of caches.sandboxes.list(namespace)) controller.add(sandboxKey(tenant, sandbox));
  });
}

function followSandboxes(caches: OperatorCaches, controller: Queue): void {
  const addSandbox = (object: KubeObject): void => {
    const tenant = tenantOfNamespace(caches, object.metadata.namespace ?? '');
    if (tenant !== undefined) controller.add(sandboxKey(tenant, object));
  };
  caches.sandboxes.subscribe(({ object }) => addSandbox(object));
  caches.pods.subscribe(({ object: { metadata } }) => {
    const name = metadata.labels?.[LABEL.sandbox];
    if (name !== undefined) addSandbox({ metadata: { ...metadata, name } });
  });
}
