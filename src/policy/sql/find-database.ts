import type { TenantFeed } from '../feed/feed-schemas.ts';

/** The database of a tenant, as its statements are run. */
export interface TenantDatabase {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Base64 of PEM; null for those that the system trusts. */
  readonly caBundle: string | null;
  /** What `cloister.tenant` is set to; null where no rows have it. */
  readonly tenantValue: string | null;
}

/** What is told of a tenant that is about its database. */
export type DatabaseTenant = Pick<TenantFeed, 'database'> & {
  readonly databaseLogins?: 'Issued' | 'Withheld' | undefined;
};

/** Where statements of a tenant are run, or why none are. What is not told is not proven. */
export function findDatabase({
  database,
  databaseLogins,
}: DatabaseTenant): TenantDatabase | { readonly problem: string } {
  if (database === undefined) return { problem: 'The tenant has no spec.database; ask who runs the tenant.' };
  if (databaseLogins !== 'Issued') {
    return { problem: 'The condition DatabaseIsolated of the tenant says why; ask who runs the tenant.' };
  }
  const { connection, tenantValue = null } = database;
  const { host, port, database: name, caBundle = null } = connection;
  return { host, port, database: name, caBundle, tenantValue };
}
