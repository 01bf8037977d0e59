import type { AgentQuarantine } from '../api/agent-quarantine.ts';
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
import { findQuarantine } from '../policy/quarantine/find-quarantine.ts';
import type { RolePolicy } from '../policy/roles/role-policy.ts';
import { compileTenant } from '../policy/tenants/compile-tenant.ts';
import { indexTenants } from '../policy/tenants/tenant-index.ts';
import type { TenantPolicy } from '../policy/tenants/tenant-policy.ts';
import type { CachePart } from './cache-set.ts';
import type { ClusterView } from './cluster-view.ts';

export interface CacheOptions {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
}

/** The roles, compiled when they change. */
export function createRoleCache(options: CacheOptions): CachePart & Pick<ClusterView, 'role'> {
  const roles = new Map<string, RolePolicy>();
  const cache = createWatchCache<AgentRole & KubeObject>({
    ...options,
    resource: resources.agentRoles,
    onChange: (change) => keepRole(roles, change),
  });
  return { ...cache, resource: resources.agentRoles.plural, role: (name) => roles.get(name) ?? null };
}

function keepRole(roles: Map<string, RolePolicy>, { type, object }: Change<AgentRole & KubeObject>): void {
  const { name } = object.metadata;
  // Deleted first: when the new role does not compile, no pod is reviewed by the old one.
  roles.delete(name);
  if (type !== 'Deleted') roles.set(name, compileRole(object));
}

/** The tenants, compiled when they change. */
export function createTenantCache(
  options: CacheOptions,
): CachePart & Pick<ClusterView, 'tenantOf' | 'otherTenantsOf' | 'hasTenant'> {
  const tenants = new Map<string, TenantPolicy>();
  let index = indexTenants([]);
  const cache = createWatchCache<TenantIsolation & KubeObject>({
    ...options,
    resource: resources.tenantIsolations,
    onChange({ type, object }) {
      const { name } = object.metadata;
      if (type === 'Deleted') tenants.delete(name);
      else tenants.set(name, compileTenant(object));
      index = indexTenants(tenants.values());
    },
  });
  return {
    ...cache,
    resource: resources.tenantIsolations.plural,
    hasTenant: (name) => tenants.has(name),
    tenantOf: (namespace) => index.holderOf(namespace),
    otherTenantsOf: (namespace, except) => index.othersOf(namespace, except),
  };
}

/** The quarantines: few, so each is asked whether it holds a pod. */
export function createQuarantineCache(options: CacheOptions): CachePart & Pick<ClusterView, 'quarantineOf'> {
  const cache = createWatchCache<AgentQuarantine & KubeObject>({
    ...options,
    resource: resources.agentQuarantines,
  });
  return {
    ...cache,
    resource: resources.agentQuarantines.plural,
    quarantineOf: (facts) => findQuarantine(facts, cache.list()),
  };
}

/** The role labels of pods. Of each pod only its name and that label are kept. */
export function createPodRoleCache(options: CacheOptions): CachePart & Pick<ClusterView, 'roleNameOfPod'> {
  const cache = createWatchCache<KubeObject>({
    ...options,
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
  return {
    ...cache,
    resource: resources.pods.plural,
    roleNameOfPod(namespace, name) {
      const pod = cache.get(namespace, name);
      return pod === undefined ? undefined : (pod.metadata.labels?.[LABEL.role] ?? null);
    },
  };
}

/** The enrolled namespaces. Of each only its name and the label of its tenant are kept. */
export function createNamespaceCache(options: CacheOptions): CachePart & Pick<ClusterView, 'enrolledFor'> {
  const cache = createWatchCache<KubeObject>({
    ...options,
    resource: resources.namespaces,
    labelSelector: LABEL.tenant,
    metadataOnly: true,
    transform: ({ metadata: { name, uid, resourceVersion, labels } }) => ({
      metadata: { name, uid, resourceVersion, labels: { [LABEL.tenant]: labels?.[LABEL.tenant] ?? '' } },
    }),
  });
  return {
    ...cache,
    resource: resources.namespaces.plural,
    enrolledFor: (namespace) => cache.get(undefined, namespace)?.metadata.labels?.[LABEL.tenant],
  };
}
