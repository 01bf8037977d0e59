import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { type AgedTenant, byAge } from '../tenants/tenant-age.ts';
import { findOverlap, type Overlap } from './find-overlap.ts';
import { claimOf, isWhole } from './wanted-isolation.ts';

export type DatabaseSpec = NonNullable<TenantIsolation['spec']['database']>;

/** A tenant, as far as it claims a database. */
export interface DatabaseClaim extends AgedTenant {
  readonly database: DatabaseSpec;
}

/** What an older tenant has claimed before. */
export interface TenantConflict extends Overlap {
  /** The older tenant. */
  readonly holder: string;
}

/** The claims that tenants make, without those that have no database, or one that cannot be set up. */
export function databaseClaims(tenants: Iterable<TenantIsolation>): readonly DatabaseClaim[] {
  return [...tenants].flatMap(({ metadata, spec: { database } }) => {
    const { name, creationTimestamp = null } = metadata;
    return database === undefined || !isWhole(database) ? [] : [{ name, creationTimestamp, database }];
  });
}

/**
 * Finds, for each tenant, the oldest tenant that has claimed the same before it. The holder keeps it as it keeps a namespace: nobody gains
 * rows by claiming them.
 */
export function findTenantConflicts(claims: readonly DatabaseClaim[]): ReadonlyMap<string, TenantConflict> {
  const sorted = [...claims].sort(byAge);
  const found = sorted.flatMap((claim, index): [string, TenantConflict][] => {
    for (const older of sorted.slice(0, index)) {
      const what = findOverlap(claimOf(claim.database), claimOf(older.database));
      if (what !== null) return [[claim.name, { holder: older.name, ...what }]];
    }
    return [];
  });
  return new Map(found);
}
