import {
  CERTIFICATE_AUTHORITY,
  CLUSTER_ROLE,
  GATEWAY,
  GATEWAY_SECRETS_ROLE,
  LABEL,
  NETWORK_POLICY,
  tenantOfSystemNamespace,
  VAULT_AUTHORITY,
} from '../../api/names.ts';
import type { SharedCache } from '../../cluster/shared-cache.ts';
import type { Controller } from '../../controller/controller.ts';
import { type Change, isStatusAlone } from '../../kube/fold.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { errorMessage } from '../../lib/error-message.ts';
import { DATABASE_RECORD } from '../../policy/database/database-record.ts';
import { GATE_FACTS } from '../../policy/gate/gate-facts.ts';
import { readFeedName } from '../../policy/feed/feed-name.ts';
import type { NodeFacts } from '../../policy/nodes/node-facts.ts';
import { readVaultName } from '../../policy/vault/vault-identity.ts';
import type { ObservedResourceQuota } from '../observed-objects.ts';
import { hasFinalizer } from '../identity/decide-identity.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { tenantOfNamespace } from '../tenant-of-namespace.ts';
import { nodeBlocks } from './cluster-blocks.ts';
import { isCountChange } from './provide-quotas.ts';
import { isWhole } from './keep-token-reviewers.ts';

/** Names of what the reconciler makes. Objects of sandboxes in the same caches are none of its business. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  ...Object.values(CLUSTER_ROLE),
  ...Object.values(NETWORK_POLICY),
  CERTIFICATE_AUTHORITY.configMap,
  DATABASE_RECORD.configMap,
  GATE_FACTS.configMap,
  GATEWAY.name,
  GATEWAY_SECRETS_ROLE,
  VAULT_AUTHORITY.configMap,
]);

/** The tenants that there are, and those of which something is left. */
export function knownTenants({ tenants, namespaces }: OperatorCaches): ReadonlySet<string> {
  const named = tenants.list().map(({ metadata }) => metadata.name);
  return new Set([...named, ...namespaces.list().flatMap(tenantsInLabels)]);
}

/** Has a tenant reconciled when something changes that it is made from or that was made for it. Called before the caches start. */
export function followTenants(caches: OperatorCaches, controller: Pick<Controller, 'add' | 'addAll'>): void {
  const { tenants, namespaces, sandboxes, pods, serviceAccounts, resourceQuotas, configMaps } = caches;
  tenants.subscribe((change) => {
    controller.add(change.object.metadata.name);
    // A namespace that one tenant lets go may be another's.
    if (!isStatusAlone(change)) controller.addAll();
  });
  // All tenants share it, so one of them is enough.
  caches.tokenReviewers.subscribe(() => {
    const [first] = knownTenants(caches);
    if (first !== undefined && !isWhole(caches)) controller.add(first);
  });
  followShared(caches, controller);
  namespaces.subscribe((change) => {
    const labelled = tenantsInLabels(change.object);
    const before = change.type === 'Modified' ? tenantsInLabels(change.previous) : [];
    const listing = tenants
      .list()
      .filter(({ spec }) => spec.namespaces.some(({ name }) => name === change.object.metadata.name))
      .map(({ metadata }) => metadata.name);
    for (const name of new Set([...labelled, ...before, ...listing])) controller.add(name);
  });
  const addOwner = ({ metadata }: KubeObject): void => {
    const name = ownerOf(caches, metadata.namespace ?? '');
    if (name !== undefined) controller.add(name);
  };
  // The last object of a sandbox that goes lets its namespace go, and the last pod that looks for a lost gateway that one.
  pods.subscribe(({ type, object }) => {
    if (type === 'Deleted') addOwner(object);
  });
  serviceAccounts.subscribe(({ type, object }) => {
    if (type === 'Deleted' && object.metadata.labels?.[LABEL.sandbox] !== undefined) addOwner(object);
  });
  // So does the last that has nothing in Vault any more.
  sandboxes.subscribe((change) => {
    const before = change.type === 'Modified' ? change.previous : change.object;
    const isOver = change.type === 'Deleted' || !hasFinalizer(change.object);
    if (hasFinalizer(before) && isOver) addOwner(change.object);
    // And the last with an identity of a tenant lets its system namespace go, wherever it is by now.
    const tenant = readVaultName(before.status?.vaultRole ?? '')?.tenant;
    const isKept = change.type !== 'Deleted' && change.object.status?.vaultRole === before.status?.vaultRole;
    if (tenant !== undefined && !isKept) controller.add(tenant);
  });
  resourceQuotas.subscribe((change) => {
    if (!isCountAlone(change)) addOwner(change.object);
  });
  // A shared Secret that is away lets its namespace go.
  configMaps.subscribe(({ object }) => {
    if (readFeedName(object.metadata.name ?? '')?.kind === 'Role') addOwner(object);
  });
  for (const cache of madeCaches(caches)) {
    cache.subscribe(({ object }) => {
      if (OWN_NAMES.has(object.metadata.name ?? '')) addOwner(object);
    });
  }
}

function followShared({ roles, nodes }: OperatorCaches, controller: Pick<Controller, 'addAll'>): void {
  // Roles say which annotations a namespace allows.
  roles.subscribe(() => controller.addAll());
  // Every gateway is told where the cluster is, as far as it has public addresses.
  nodes.subscribe((change) => {
    const before = change.type === 'Modified' ? textOfBlocks(change.previous) : '';
    const after = textOfBlocks(change.object);
    if (change.type === 'Deleted' ? after !== '' : after !== before) controller.addAll();
  });
}

/** What cannot be read is told by the reconciliation. */
function textOfBlocks(node: NodeFacts): string {
  try {
    return nodeBlocks(node).join();
  } catch (error) {
    return errorMessage(error);
  }
}

/** Each pod that comes or goes changes what the API server counts. */
function isCountAlone(change: Change<ObservedResourceQuota>): boolean {
  if (change.type !== 'Modified') return false;
  const { object, previous } = change;
  return !isCountChange(object, previous) && isDeepEqualJson(rest(object), rest(previous));
}

function rest({ metadata, spec }: ObservedResourceQuota): object {
  return { labels: metadata.labels, deletionTimestamp: metadata.deletionTimestamp, spec };
}

function madeCaches(caches: OperatorCaches): readonly Pick<SharedCache<KubeObject>, 'subscribe'>[] {
  return [
    caches.configMaps,
    caches.networkPolicies,
    caches.podDisruptionBudgets,
    caches.roleBindings,
    caches.gatewayRoles,
    caches.serviceAccounts,
    caches.services,
    caches.statefulSets,
  ];
}

/** The tenant that a namespace belongs to; a system namespace says it by its name, even when it is gone. */
function ownerOf(caches: OperatorCaches, namespace: string): string | undefined {
  return tenantOfSystemNamespace(namespace) ?? tenantOfNamespace(caches, namespace);
}

function tenantsInLabels({ metadata: { labels } }: KubeObject): readonly string[] {
  return [labels?.[LABEL.tenant], labels?.[LABEL.system]].filter((name) => name !== undefined);
}
