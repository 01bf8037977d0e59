import { GROUP, RESOURCE_QUOTA, systemNamespaceOf } from '../../api/names.ts';
import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { MANAGED_LABELS, type RenderedObject } from './rendered-object.ts';

/** The entry of a ResourceQuota that counts sandboxes. */
export const SANDBOX_COUNT = `count/agentsandboxes.${GROUP}`;

/** What a tenant sets for one of its namespaces. */
export type NamespaceQuota = TenantIsolation['spec']['namespaces'][number]['quota'];

/** What may be used in an enrolled namespace. There is no LimitRange: it would fill in the limits that a pod must state. */
export function resourceQuota(namespace: string, hard: Readonly<Record<string, string>>): RenderedObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: RESOURCE_QUOTA, namespace, labels: MANAGED_LABELS },
    spec: { hard },
  };
}

/** By resource, the most that may be used. The number of sandboxes is the tenant's, whatever `hard` says. */
export function quotaEntries({ hard, sandboxes }: NamespaceQuota): Readonly<Record<string, string>> {
  const entries = Object.entries(hard).map(([name, amount]) => [name, String(amount)] as const);
  return Object.fromEntries([...entries, [SANDBOX_COUNT, String(sandboxes)]]);
}

/**
 * No sandbox is in a system namespace. What the API server says of this quota shows whether it counts sandboxes, without
 * refusing one.
 */
export function systemQuota(tenant: string): RenderedObject {
  return resourceQuota(systemNamespaceOf(tenant), { [SANDBOX_COUNT]: '0' });
}
