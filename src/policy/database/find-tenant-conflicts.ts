import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { type AgedTenant, byAge } from '../tenants/tenant-age.ts';

export type DatabaseSpec = NonNullable<TenantIsolation['spec']['database']>;

/** A tenant, as far as it claims a database. */
export interface DatabaseClaim extends AgedTenant {
  readonly database: DatabaseSpec;
}

/** What an older tenant has claimed before. */
export interface TenantConflict {
  /** The older tenant. */
  readonly holder: string;
  /** The field of the younger one that claims it, below `spec.database`. */
  readonly field: string;
  /** What is claimed, as in `tenantValue "42" of database "crm" at "database.example.com", port 5432`. */
  readonly claimed: string;
}

/** The claims that tenants make, without those that have no database. */
export function databaseClaims(tenants: Iterable<TenantIsolation>): readonly DatabaseClaim[] {
  return [...tenants].flatMap(({ metadata, spec: { database } }) => {
    const { name, creationTimestamp = null } = metadata;
    return database === undefined ? [] : [{ name, creationTimestamp, database }];
  });
}

/**
 * Finds, for each tenant, the oldest tenant that has claimed the same before it. The holder keeps it as it keeps a namespace: nobody gains
 * rows by claiming them. A host that has two names is not found to be one; the catalog of the server shows that.
 */
export function findTenantConflicts(claims: readonly DatabaseClaim[]): ReadonlyMap<string, TenantConflict> {
  const sorted = [...claims].sort(byAge);
  const found = sorted.flatMap((claim, index): [string, TenantConflict][] => {
    for (const older of sorted.slice(0, index)) {
      const what = overlap(claim.database, older.database);
      if (what !== null) return [[claim.name, { holder: older.name, ...what }]];
    }
    return [];
  });
  return new Map(found);
}

type Overlap = Omit<TenantConflict, 'holder'> | null;

function overlap(one: DatabaseSpec, other: DatabaseSpec): Overlap {
  const { host, port, database } = one.connection;
  const isSameServer = hostOf(host) === hostOf(other.connection.host) && port === other.connection.port;
  if (!isSameServer) return null;
  const server = `server ${JSON.stringify(host)}, port ${port}`;
  if (one.strategy === 'Dedicated' || other.strategy === 'Dedicated')
    return { field: 'connection.host', claimed: server };
  if (database !== other.connection.database) return null;
  const where = `database ${JSON.stringify(database)} at ${server}`;
  if (one.strategy === 'Database' || other.strategy === 'Database')
    return { field: 'connection.database', claimed: where };
  return overlapInside(one, other, where);
}

/** Of two tenants that share a database: the same rows, the same schema, or rows in a schema. */
function overlapInside(one: DatabaseSpec, other: DatabaseSpec, where: string): Overlap {
  if (one.tenantValue !== undefined && one.tenantValue === other.tenantValue)
    return { field: 'tenantValue', claimed: `tenantValue ${JSON.stringify(one.tenantValue)} of ${where}` };
  if (one.schema !== undefined && (one.schema === other.schema || schemasOf(other).has(one.schema)))
    return { field: 'schema', claimed: `schema ${JSON.stringify(one.schema)} of ${where}` };
  if (other.schema !== undefined && schemasOf(one).has(other.schema))
    return { field: 'tables', claimed: `schema ${JSON.stringify(other.schema)} of ${where}` };
  return null;
}

function schemasOf({ tables }: DatabaseSpec): ReadonlySet<string> {
  return new Set(tables.map((table) => table.slice(0, table.indexOf('.'))));
}

/** Names of hosts do not depend on case, and may end with a dot. */
function hostOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}
