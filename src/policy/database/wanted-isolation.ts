import type { TenantIsolation } from '../../api/tenant-isolation.ts';
import { tenantRoleName, writerRoleName } from './role-names.ts';

type Database = NonNullable<TenantIsolation['spec']['database']>;

/** A table of a database. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** A row of somebody else that the owner of a table made. */
export interface Canary {
  readonly table: TableName;
  readonly column: string;
  readonly value: string;
}

/** What is shared with other tenants. */
export type Sharing =
  | {
      readonly strategy: 'RowLevel';
      readonly column: string;
      readonly value: string;
      readonly tables: readonly TableName[];
    }
  | { readonly strategy: 'Schema'; readonly schema: string }
  | { readonly strategy: 'Database' | 'Dedicated' };

/** The isolation that a tenant declares. */
export interface WantedIsolation {
  /** Name of the tenant. It never reaches the database. */
  readonly tenant: string;
  readonly roles: { readonly reader: string; readonly writer: string };
  /** Where the database is. */
  readonly place: { readonly host: string; readonly port: number; readonly database: string };
  readonly sharing: Sharing;
  readonly canary: Canary | null;
  readonly trustedLogins: readonly string[];
}

/** Returns what the tenant declares; null where it has no database. Throws a TypeError for a tenant that its schema refuses. */
export function wantedIsolation(tenant: {
  readonly metadata: { readonly name?: string | undefined; readonly uid?: string | undefined };
  readonly spec: { readonly database?: Database | undefined };
}): WantedIsolation | null {
  const { database } = tenant.spec;
  const { name, uid } = tenant.metadata;
  if (database === undefined) return null;
  if (name === undefined || uid === undefined) throw new TypeError('the tenant has no name or no uid');
  const { canary } = database;
  return {
    tenant: name,
    roles: { reader: tenantRoleName(uid), writer: writerRoleName(uid) },
    ...claimOf(database),
    canary: canary === undefined ? null : { ...canary, table: readTable(canary.table) },
    trustedLogins: [...new Set(database.trustedLogins)].sort(),
  };
}

/** Returns where a database is, and what of it is the tenant's. Throws a TypeError for a tenant that its schema refuses. */
export function claimOf(database: Database): Pick<WantedIsolation, 'place' | 'sharing'> {
  const { host, port, database: name } = database.connection;
  return { place: { host, port, database: name }, sharing: sharingOf(database) };
}

/** What of a database matters when a tenant leaves it. */
export function unenrolmentInterest(
  roles: WantedIsolation['roles'],
): Pick<WantedIsolation, 'roles' | 'sharing' | 'canary' | 'trustedLogins'> {
  return {
    roles,
    sharing: { strategy: 'RowLevel', column: '', value: '', tables: [] },
    canary: null,
    trustedLogins: [],
  };
}

function sharingOf({ strategy, tenantColumn, tenantValue, schema, tables }: Database): Sharing {
  if (strategy === 'Database' || strategy === 'Dedicated') return { strategy };
  if (strategy === 'Schema') return { strategy, schema: required(schema, 'schema') };
  return {
    strategy,
    column: required(tenantColumn, 'tenantColumn'),
    value: required(tenantValue, 'tenantValue'),
    tables: tables.map(readTable),
  };
}

/** Whether a database has what its strategy needs: one that was stored under an older schema may not. */
export function isWhole({ strategy, tenantColumn, tenantValue, schema }: Database): boolean {
  if (strategy === 'RowLevel') return tenantColumn !== undefined && tenantValue !== undefined;
  return strategy !== 'Schema' || schema !== undefined;
}

function required(value: string | undefined, field: string): string {
  if (value === undefined) throw new TypeError(`spec.database.${field} is not set`);
  return value;
}

function readTable(text: string): TableName {
  const [schema = '', name = ''] = text.split('.');
  return { schema, name };
}

/** How a relation is named in messages, and in facts. */
export function nameOf({ schema, name }: TableName): string {
  return `${schema}.${name}`;
}

/** Whether two tenants name the same server. */
export function isAtServer(
  one: Pick<WantedIsolation, 'place'>,
  other: Pick<WantedIsolation, 'place'>,
): boolean {
  return hostOf(one.place.host) === hostOf(other.place.host) && one.place.port === other.place.port;
}

/** Whether two tenants name the same database. */
export function isAtPlace(
  one: Pick<WantedIsolation, 'place'>,
  other: Pick<WantedIsolation, 'place'>,
): boolean {
  return isAtServer(one, other) && one.place.database === other.place.database;
}

/** Names of hosts do not depend on case, and may end with a dot. */
function hostOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}
