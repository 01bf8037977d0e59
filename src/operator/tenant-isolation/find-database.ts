import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { serviceOfHost } from '../../policy/upstreams/reserved-service.ts';
import type { DatabaseReach } from '../../render/tenant/database-egress.ts';
import type { ServiceReach } from '../../render/tenant/service-egress.ts';
import { type AddressContext, findAddresses } from '../database/find-addresses.ts';
import { findService } from './find-service.ts';

/** Where a tenant's database is, and when it is looked for again, in milliseconds since 1970. */
export interface FoundDatabase {
  /** Null where there is none, or it is not known where it is: the gateway then reaches no database. */
  readonly reach: DatabaseReach | null;
  readonly nextTime: number;
}

/** The addresses that a name has change without an event. */
const RESOLVE_MILLISECONDS = 60_000;

/** Finds what has to be open for the gateway of a tenant to reach its database. Does not throw: why it cannot, the condition says. */
export async function findDatabase(
  { spec: { database } }: TenantIsolation,
  context: AddressContext & { readonly clock: { readonly now: () => number } },
): Promise<FoundDatabase> {
  if (database === undefined) return { reach: null, nextTime: Infinity };
  const nextTime = context.clock.now() + RESOLVE_MILLISECONDS;
  const { host, port } = database.connection;
  const found = await findAddresses(host, context);
  if ('reason' in found) return { reach: null, nextTime };
  const { addresses } = found;
  return { reach: { addresses, port, service: serviceReach(host, port, context) }, nextTime };
}

/** The endpoints behind a host that is a Service; null where it is none, or one that is refused. */
function serviceReach(host: string, port: number, { caches }: AddressContext): ServiceReach | null {
  const name = serviceOfHost(host);
  if (name === null) return null;
  const found = findService(
    { ...name, port },
    {
      service: caches.clusterServices.get,
      slices: (namespace, of) => caches.endpointSlices.byIndex('service', `${namespace}/${of}`),
      isServiceAddress: (address) => caches.clusterServices.byIndex('address', address).length > 0,
      denied: [],
      vaultHost: null,
    },
  );
  return 'reach' in found ? found.reach : null;
}
