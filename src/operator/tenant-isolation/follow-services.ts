import type { Controller } from '../../controller/controller.ts';
import type { Change } from '../../kube/fold.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { serviceOfHost } from '../../policy/upstreams/reserved-service.ts';
import { isReserved, servicesOfSlice } from '../cluster-services.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { namedServices } from './find-service.ts';

type FollowedCaches = Pick<
  OperatorCaches,
  'tenants' | 'roles' | 'nodes' | 'clusterServices' | 'endpointSlices'
>;

/**
 * Has a tenant reconciled when something changes of a Service that its roles name, or of where none may be. `vaultHost` is that of
 * the address of Vault, null where there is none. Called before the caches start.
 */
export function followServices(
  caches: FollowedCaches,
  controller: Pick<Controller, 'add'>,
  vaultHost: string | null,
): void {
  const naming = tenantsByService(caches);
  const vault = vaultHost === null ? null : serviceOfHost(vaultHost);
  const vaultService = vault === null ? null : `${vault.namespace}/${vault.name}`;
  const addAllNaming = (): void => {
    for (const tenant of new Set([...naming().values()].flatMap((tenants) => [...tenants]))) {
      controller.add(tenant);
    }
  };
  const onService = (service: string): void => {
    if (service === vaultService || isReserved(service)) return addAllNaming();
    for (const tenant of naming().get(service) ?? []) controller.add(tenant);
    return undefined;
  };
  caches.clusterServices.subscribe((change) => {
    const { namespace = '', name = '' } = change.object.metadata;
    if (!isSame(change, ({ spec, status }) => [spec, status])) onService(`${namespace}/${name}`);
  });
  caches.endpointSlices.subscribe((change) => {
    if (isSame(change, ({ metadata: { labels }, endpoints, ports }) => [labels, endpoints, ports])) return;
    const before = change.type === 'Modified' ? change.previous : change.object;
    for (const service of new Set([before, change.object].flatMap(servicesOfSlice))) onService(service);
  });
  caches.nodes.subscribe((change) => {
    if (!isSame(change, ({ spec, status }) => [spec?.podCIDRs, status?.addresses])) addAllNaming();
  });
}

/** Whether what is read of an object is as it was. */
function isSame<T extends KubeObject>(change: Change<T>, read: (object: T) => unknown): boolean {
  return change.type === 'Modified' && isDeepEqualJson(read(change.object), read(change.previous));
}

/** By Service, as `namespace/name`, the tenants whose roles name it. Found again when a tenant or a role has changed. */
function tenantsByService({
  tenants,
  roles,
}: Pick<FollowedCaches, 'tenants' | 'roles'>): () => ReadonlyMap<string, ReadonlySet<string>> {
  let known: Map<string, Set<string>> | null = null;
  const forget = (): void => void (known = null);
  tenants.subscribe(forget);
  roles.subscribe(forget);
  const find = (): Map<string, Set<string>> => {
    const found = new Map<string, Set<string>>();
    for (const { metadata, spec } of tenants.list()) {
      const allowed = spec.roles.allowed.map((name) => roles.get(undefined, name)?.spec);
      for (const { namespace, name } of namedServices(allowed.filter((role) => role !== undefined))) {
        const service = `${namespace}/${name}`;
        found.set(service, (found.get(service) ?? new Set()).add(metadata.name));
      }
    }
    return found;
  };
  return () => (known ??= find());
}
