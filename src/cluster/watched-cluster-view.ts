import type { AgentRole } from '../api/agent-role.ts';
import { LABEL } from '../api/names.ts';
import type { TenantIsolation } from '../api/tenant-isolation.ts';
import type { Change } from '../kube/fold.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeLogger } from '../kube/kube-logger.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import { resources } from '../kube/resources.ts';
import { createWatchCache } from '../kube/watch-cache.ts';
import { compileRole } from '../policy/roles/compile-role.ts';
import { compileTenant } from '../policy/tenants/compile-tenant.ts';
import type { RolePolicy } from '../policy/roles/role-policy.ts';
import type { ClusterView } from './cluster-view.ts';
import { indexTenants, type TenantIndex } from '../policy/tenants/tenant-index.ts';
import type { TenantPolicy } from '../policy/tenants/tenant-policy.ts';

/** A cache as `/readyz` and the metrics see it. */
export interface WatchedResource {
  readonly resource: string;
  readonly synced: () => boolean;
  readonly lastContactTime: () => number | undefined;
}

/** The cluster as the watch caches show it, and their life. */
export interface WatchedClusterView extends ClusterView {
  readonly watched: readonly WatchedResource[];
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  readonly whenSynced: (signal?: AbortSignal) => Promise<void>;
}

/**
 * Watches roles, tenants and the metadata of governed pods. Roles and tenants are compiled when they change, so that
 * judging a pod parses nothing.
 */
export function createWatchedClusterView(client: KubeClient, logger: KubeLogger): WatchedClusterView {
  const roles = new Map<string, RolePolicy>();
  const tenants = new Map<string, TenantPolicy>();
  let index: TenantIndex = indexTenants([]);
  const shared = { client, logger };
  const roleCache = createWatchCache<AgentRole & KubeObject>({
    ...shared,
    resource: resources.agentRoles,
    onChange: (change) => keepRole(roles, change),
  });
  const tenantCache = createWatchCache<TenantIsolation & KubeObject>({
    ...shared,
    resource: resources.tenantIsolations,
    onChange: (change) => {
      keepTenant(tenants, change);
      index = indexTenants(tenants.values());
    },
  });
  const podCache = createWatchCache<KubeObject>({
    ...shared,
    resource: resources.pods,
    labelSelector: LABEL.role,
    metadataOnly: true,
    transform: ({ metadata: { name, namespace, uid, resourceVersion, labels } }) => ({
      metadata: {
        name,
        namespace,
        uid,
        resourceVersion,
        labels: { [LABEL.role]: labels?.[LABEL.role] ?? '' },
      },
    }),
  });
  const caches = { agentroles: roleCache, tenantisolations: tenantCache, pods: podCache };
  return {
    tenantOf: (namespace) => index.holderOf(namespace),
    otherTenantsOf: (namespace, except) => index.othersOf(namespace, except),
    role: (name) => roles.get(name) ?? null,
    roleNameOfPod: (namespace, name) => {
      const pod = podCache.get(namespace, name);
      return pod === undefined ? undefined : (pod.metadata.labels?.[LABEL.role] ?? null);
    },
    watched: Object.entries(caches).map(([resource, { synced, lastContactTime }]) => ({
      resource,
      synced,
      lastContactTime,
    })),
    start: () => Object.values(caches).forEach((cache) => cache.start()),
    stop: async () => void (await Promise.all(Object.values(caches).map((cache) => cache.stop()))),
    whenSynced: async (signal) =>
      void (await Promise.all(Object.values(caches).map((cache) => cache.whenSynced(signal)))),
  };
}

function keepRole(roles: Map<string, RolePolicy>, { type, object }: Change<AgentRole & KubeObject>): void {
  const { name } = object.metadata;
  // Gone before it is compiled: where that fails, nothing is judged by what the role said before.
  roles.delete(name);
  if (type !== 'Deleted') roles.set(name, compileRole(object));
}

function keepTenant(
  tenants: Map<string, TenantPolicy>,
  { type, object }: Change<TenantIsolation & KubeObject>,
): void {
  const { name } = object.metadata;
  if (type === 'Deleted') tenants.delete(name);
  else tenants.set(name, compileTenant(object));
}
