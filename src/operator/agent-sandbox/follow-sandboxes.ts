import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { INGRESS_POLICY_PREFIX, LABEL, tenantOfSystemNamespace } from '../../api/names.ts';
import { isManaged } from '../../api/ownership.ts';
import type { Controller } from '../../controller/controller.ts';
import type { Change } from '../../kube/fold.ts';
import { type KubeObject, objectKey } from '../../kube/kube-object.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { compileTenant } from '../../policy/tenants/compile-tenant.ts';
import { indexTenants, type TenantIndex } from '../../policy/tenants/tenant-index.ts';
import type { TenantPolicy } from '../../policy/tenants/tenant-policy.ts';
import type { OperatorCaches } from '../operator-caches.ts';

/** The keys of all sandboxes. */
export function knownSandboxes({ sandboxes }: Pick<OperatorCaches, 'sandboxes'>): readonly string[] {
  return sandboxes.list().map(({ metadata }) => objectKey(metadata));
}

/** Has a sandbox reconciled when something changes that it is made from or that was made for it. Called before the caches start. */
export function followSandboxes(
  caches: OperatorCaches,
  controller: Pick<Controller, 'add' | 'addAll'>,
): void {
  const { sandboxes, pods, serviceAccounts, tenants, roles, namespaces, networkPolicies, otherPolicies } =
    caches;
  const addOwner = ({ metadata: { namespace, labels } }: KubeObject): void => {
    const name = labels?.[LABEL.sandbox];
    if (name !== undefined) controller.add(objectKey({ namespace, name }));
  };
  sandboxes.subscribe(({ object }) => controller.add(objectKey(object.metadata)));
  pods.subscribe(({ object }) => addOwner(object));
  serviceAccounts.subscribe(({ object }) => {
    const owner = ownerOfIdentity(object);
    if (owner === null) addOwner(object);
    else controller.add(owner);
  });
  // A namespace may go from one tenant to another, and the address of a gateway is in the status.
  tenants.subscribe(() => controller.addAll());
  roles.subscribe(({ object }) => {
    for (const sandbox of sandboxes.list()) {
      const name = roleNameOf(sandbox);
      if (name === undefined || name === object.metadata.name) controller.add(objectKey(sandbox.metadata));
    }
  });
  const addAllIn = (namespace: string | undefined): void => {
    for (const { metadata } of sandboxes.list(namespace)) controller.add(objectKey(metadata));
  };
  namespaces.subscribe(({ object }) => addAllIn(object.metadata.name));
  networkPolicies.subscribe(({ object }) => {
    // That of a sandbox opens the egress of none, and is put right where somebody changes it.
    if (isOfSandbox(object)) addOwner(object);
    else addAllIn(object.metadata.namespace);
  });
  otherPolicies.subscribe(addAllIn);
  followNodes(caches, controller);
}

/** The key of the sandbox that an identity in a system namespace is of. Names of namespaces and sandboxes have no dots. */
function ownerOfIdentity({ metadata: { namespace = '', name = '' } }: KubeObject): string | null {
  const [of = '', sandbox = ''] = name.split('.');
  return tenantOfSystemNamespace(namespace) !== null && sandbox !== '' ? `${of}/${sandbox}` : null;
}

/** Nodes matter only for pods that are still to be created. */
function followNodes(
  { sandboxes, nodes, installerPods }: OperatorCaches,
  controller: Pick<Controller, 'add'>,
): void {
  const addWaiting = (change: Change<KubeObject>): void => {
    if (!saysMore(change)) return;
    for (const { metadata, status } of sandboxes.list()) {
      if (status?.pod === undefined && status?.endTime === undefined) controller.add(objectKey(metadata));
    }
  };
  nodes.subscribe(addWaiting);
  installerPods.subscribe(addWaiting);
}

/** A node reports every few minutes that nothing has changed. */
function saysMore(change: Change<KubeObject>): boolean {
  if (change.type !== 'Modified') return true;
  const [now, before] = [change.object, change.previous].map(({ metadata, ...rest }) => ({
    ...rest,
    metadata: { ...metadata, resourceVersion: undefined },
  }));
  return !isDeepEqualJson(now, before);
}

function isOfSandbox(policy: KubeObject): boolean {
  return isManaged(policy) && (policy.metadata.name?.startsWith(INGRESS_POLICY_PREFIX) ?? false);
}

/** The role that a sandbox has or asks for; undefined for the tenant's default. */
function roleNameOf({ spec, status }: AgentSandbox): string | undefined {
  return spec.roleRef?.name ?? status?.resolvedRole?.name;
}

/** Returns a function that gives the tenant of a namespace; tenants are compiled when one has changed. Called before the caches start. */
export function followTenantsOf({
  tenants,
}: Pick<OperatorCaches, 'tenants'>): (namespace: string) => TenantPolicy | null {
  let index: TenantIndex | null = null;
  tenants.subscribe(() => (index = null));
  return (namespace) => {
    index ??= indexTenants(tenants.list().map(compileTenant));
    return index.holderOf(namespace);
  };
}
