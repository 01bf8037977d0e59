import { RESOURCE_QUOTA, systemNamespaceOf } from '../../api/names.ts';
import { resources } from '../../kube/resources.ts';
import { parseTime } from '../../lib/time.ts';
import type { Attempts } from './attempts.ts';
import { isUncounted } from './provide-quotas.ts';
import type { TenantContext } from './tenant-context.ts';

/** Makes the quota of a tenant's system namespace again where it is due. Returns when it is due next, in milliseconds since 1970. */
export type RemakeQuota = (tenant: string, attempts: Attempts) => Promise<number>;

/**
 * The quota controller learns of new kinds every 30 s (`resource_quota_controller.go`), and looks at a quota that it has
 * seen again after five minutes.
 */
const DISCOVERY_MILLISECONDS = 35_000;

/** Returns a function that deletes a quota which the quota controller saw before it knew what a sandbox is. */
export function createQuotaRemake({
  caches,
  client,
  clock,
  logger,
}: Pick<TenantContext, 'caches' | 'client' | 'clock' | 'logger'>): RemakeQuota {
  // By this clock: by one ahead of the API server's alone, a quota would be due as soon as it was made.
  const remade = new Map<string, number>();
  return async (tenant, attempts) => {
    const namespace = systemNamespaceOf(tenant);
    const quota = caches.resourceQuotas.get(namespace, RESOURCE_QUOTA);
    if (quota === undefined || !isUncounted(quota)) return Infinity;
    const made = Math.max(parseTime(quota.metadata.creationTimestamp ?? ''), remade.get(tenant) ?? 0);
    const due = made + DISCOVERY_MILLISECONDS;
    if (due > clock.now()) return due;
    await attempts.attempt(async () => {
      logger.info({ namespace, name: RESOURCE_QUOTA }, 'quota made again, so that it counts sandboxes');
      const { uid } = quota.metadata;
      await client.delete(resources.resourceQuotas, { namespace, name: RESOURCE_QUOTA }, { uid });
      remade.set(tenant, clock.now());
    });
    return Infinity;
  };
}
