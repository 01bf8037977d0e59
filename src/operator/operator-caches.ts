import type { AgentQuarantine } from '../api/agent-quarantine.ts';
import type { AgentRole } from '../api/agent-role.ts';
import type { AgentSandbox } from '../api/agent-sandbox.ts';
import { LABEL, MANAGED_BY, SYSTEM_NAMESPACE, TOKEN_REVIEWERS } from '../api/names.ts';
import type { TenantIsolation } from '../api/tenant-isolation.ts';
import { type CacheSet, createCacheSet } from '../cluster/cache-set.ts';
import { createSharedCache, type SharedCache } from '../cluster/shared-cache.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import type { KubeLogger } from '../kube/kube-logger.ts';
import type { KubeObject } from '../kube/kube-object.ts';
import type { KubeResource } from '../kube/kube-resource.ts';
import { resources } from '../kube/resources.ts';
import type { Clock } from '../lib/clock.ts';
import type { NetworkPolicy } from '../policy/network-policies/network-policy.ts';
import type { NodeFacts } from '../policy/nodes/node-facts.ts';
import { INSTALLER_LABELS, type InstallerPod } from '../policy/seccomp/prepared-nodes.ts';
import { GATEWAY_SELECTOR } from '../render/tenant/rendered-object.ts';
import type {
  ObservedClusterRoleBinding,
  ObservedClusterService,
  ObservedConfigMap,
  ObservedContainer,
  ObservedEndpointSlice,
  ObservedPod,
  ObservedResourceQuota,
  ObservedService,
  ObservedStatefulSet,
} from './observed-objects.ts';
import { createBundleSharing } from './share-bundles.ts';
import { createOtherPolicies, type OtherPolicies } from './other-policies/other-policies.ts';
import { SERVICE_CACHE, SLICE_CACHE } from './cluster-services.ts';

/** Everything that the operator watches. Secrets are read when they are needed, and are in no cache. */
export interface OperatorCaches extends CacheSet {
  readonly roles: SharedCache<AgentRole & KubeObject>;
  readonly tenants: SharedCache<TenantIsolation & KubeObject>;
  readonly sandboxes: SharedCache<AgentSandbox & KubeObject>;
  readonly quarantines: SharedCache<AgentQuarantine & KubeObject>;
  /** Metadata alone. */
  readonly namespaces: SharedCache<KubeObject>;
  /** Those with the label `cloister.dev/role`. */
  readonly pods: SharedCache<ObservedPod>;
  /** All of them, with the index `namespace`: what is older than Cloister may open what it closes. */
  readonly networkPolicies: SharedCache<KubeObject & NetworkPolicy>;
  readonly otherPolicies: OtherPolicies;
  readonly nodes: SharedCache<KubeObject & NodeFacts>;
  /** Pods of the installer of seccomp profiles. */
  readonly installerPods: SharedCache<KubeObject & InstallerPod>;
  /** The one by which gateways may ask about tokens. */
  readonly tokenReviewers: SharedCache<ObservedClusterRoleBinding>;
  /** With the index `namespace`. */
  readonly gatewayPods: SharedCache<ObservedPod>;
  /** All of them, with the indexes of `SERVICE_CACHE`: roles may name any as an upstream. */
  readonly clusterServices: SharedCache<ObservedClusterService>;
  /** All of them, with the indexes of `SLICE_CACHE`. */
  readonly endpointSlices: SharedCache<ObservedEndpointSlice>;
  // Of the following, those that Cloister manages.
  readonly serviceAccounts: SharedCache<KubeObject>;
  readonly services: SharedCache<ObservedService>;
  readonly statefulSets: SharedCache<ObservedStatefulSet>;
  readonly configMaps: SharedCache<ObservedConfigMap>;
  readonly podDisruptionBudgets: SharedCache<KubeObject>;
  readonly roleBindings: SharedCache<KubeObject>;
  /** The Roles of Kubernetes, by which gateways may get Secrets. */
  readonly gatewayRoles: SharedCache<KubeObject>;
  readonly resourceQuotas: SharedCache<ObservedResourceQuota>;
  /** The tenants that there are, asked of the API server: a cache may be behind. */
  readonly listTenants: () => Promise<readonly TenantIsolation[]>;
  /** Whether all of them are synced. */
  readonly synced: () => boolean;
}

const selectorOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

const INSTALLERS = { namespace: SYSTEM_NAMESPACE, labelSelector: selectorOf(INSTALLER_LABELS) };
const GATEWAY_PODS = selectorOf(GATEWAY_SELECTOR);

const BY_NAMESPACE = { namespace: ({ metadata }: KubeObject) => [metadata.namespace ?? ''] };

const MANAGED = { labelSelector: `${MANAGED_BY.label}=${MANAGED_BY.value}` };

/** What differs from cache to cache. */
type OwnOptions<T extends KubeObject> = Omit<
  Parameters<typeof createSharedCache<T>>[0],
  'client' | 'logger' | 'clock' | 'resource'
>;

/** Creates the caches; nothing happens before `start`. Subscribers are added before, so that they miss nothing. */
export function createOperatorCaches(shared: {
  readonly client: KubeClient;
  readonly logger: KubeLogger;
  readonly clock: Clock;
}): OperatorCaches {
  const cache = <T extends KubeObject>(resource: KubeResource, own: OwnOptions<T> = {}) =>
    createSharedCache<T>({ ...shared, resource, ...own });
  const caches = {
    roles: cache<AgentRole & KubeObject>(resources.agentRoles),
    tenants: cache<TenantIsolation & KubeObject>(resources.tenantIsolations),
    sandboxes: cache<AgentSandbox & KubeObject>(resources.agentSandboxes),
    quarantines: cache<AgentQuarantine & KubeObject>(resources.agentQuarantines),
    namespaces: cache<KubeObject>(resources.namespaces, { metadataOnly: true }),
    pods: cache<ObservedPod>(resources.pods, { labelSelector: LABEL.role, transform: podFacts }),
    networkPolicies: cache<KubeObject & NetworkPolicy>(resources.networkPolicies, { indexes: BY_NAMESPACE }),
    nodes: cache<KubeObject & NodeFacts>(resources.nodes, { transform: nodeFacts }),
    installerPods: cache<KubeObject & InstallerPod>(resources.pods, INSTALLERS),
    gatewayPods: cache<ObservedPod>(resources.pods, {
      labelSelector: GATEWAY_PODS,
      transform: podFacts,
      indexes: BY_NAMESPACE,
    }),
    clusterServices: cache<ObservedClusterService>(resources.services, SERVICE_CACHE),
    endpointSlices: cache<ObservedEndpointSlice>(resources.endpointSlices, SLICE_CACHE),
    otherPolicies: createOtherPolicies(shared),
    tokenReviewers: cache<ObservedClusterRoleBinding>(resources.clusterRoleBindings, {
      fieldSelector: `metadata.name=${TOKEN_REVIEWERS}`,
    }),
    serviceAccounts: cache<KubeObject>(resources.serviceAccounts, MANAGED),
    services: cache<ObservedService>(resources.services, MANAGED),
    statefulSets: cache<ObservedStatefulSet>(resources.statefulSets, MANAGED),
    configMaps: cache<ObservedConfigMap>(resources.configMaps, {
      ...MANAGED,
      transform: createBundleSharing(),
    }),
    podDisruptionBudgets: cache<KubeObject>(resources.podDisruptionBudgets, MANAGED),
    roleBindings: cache<KubeObject>(resources.roleBindings, MANAGED),
    gatewayRoles: cache<KubeObject>(resources.roles, MANAGED),
    resourceQuotas: cache<ObservedResourceQuota>(resources.resourceQuotas, MANAGED),
  };
  const all = Object.values(caches);
  return {
    ...caches,
    ...createCacheSet(all),
    listTenants: async () =>
      (await shared.client.list<TenantIsolation & KubeObject>(resources.tenantIsolations)).items,
    synced: () => all.every(({ synced }) => synced()),
  };
}

/** The same, in which there are no tenants: what was made for them is taken away. */
export function withoutTenants(caches: OperatorCaches): OperatorCaches {
  const tenants = {
    ...caches.tenants,
    get: () => undefined,
    list: () => [],
    byIndex: () => [],
    subscribe: () => {},
  };
  return { ...caches, tenants, listTenants: () => Promise.resolve([]) };
}

/** Of the spec, which is most of a pod, what the operator reads. */
function podFacts({ spec, ...pod }: ObservedPod): ObservedPod {
  const { containers = [], initContainers = [] } = spec ?? {};
  const facts = ({ name, ports, restartPolicy }: ObservedContainer): ObservedContainer => ({
    name,
    ports,
    restartPolicy,
  });
  return {
    ...pod,
    spec: {
      nodeName: spec?.nodeName,
      hostAliases: spec?.hostAliases,
      hostNetwork: spec?.hostNetwork,
      terminationGracePeriodSeconds: spec?.terminationGracePeriodSeconds,
      containers: containers.map(facts),
      initContainers: initContainers.map(facts),
    },
  };
}

/** A node writes its status all the time, with the images that it holds. */
function nodeFacts({ metadata, spec, status }: KubeObject & NodeFacts): KubeObject & NodeFacts {
  const { name, uid, resourceVersion, labels } = metadata;
  const { addresses, nodeInfo, runtimeHandlers } = status ?? {};
  return {
    metadata: { name, uid, resourceVersion, labels },
    spec: { taints: spec?.taints, podCIDRs: spec?.podCIDRs },
    status: { addresses, nodeInfo: { kubeletVersion: nodeInfo?.kubeletVersion }, runtimeHandlers },
  };
}
