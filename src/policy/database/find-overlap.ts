import { isAtPlace, isAtServer, type TableName, type WantedIsolation } from './wanted-isolation.ts';

/** What two tenants cannot both have. */
export interface Overlap {
  /** The field of the first tenant that claims it, below `spec.database`. */
  readonly field: string;
  /** What is claimed, as in `tenantValue "42" of database "crm" at server "database.example.com", port 5432`. */
  readonly claimed: string;
}

/** What of an isolation is claimed for one tenant alone. */
export type Claimed = Pick<WantedIsolation, 'place' | 'sharing'>;

/**
 * Finds what two tenants both claim; null where both can have what they declare. A host that has two names is not found to be one: the
 * catalog of the server shows that.
 */
export function findOverlap(one: Claimed, other: Claimed): Overlap | null {
  if (!isAtServer(one, other)) return null;
  const { host, port, database } = one.place;
  const strategies = [one.sharing.strategy, other.sharing.strategy];
  const server = `server ${JSON.stringify(host)}, port ${port}`;
  if (strategies.includes('Dedicated')) return { field: 'connection.host', claimed: server };
  if (!isAtPlace(one, other)) return null;
  const where = `database ${JSON.stringify(database)} at ${server}`;
  if (strategies.includes('Database')) return { field: 'connection.database', claimed: where };
  return findOverlapInside(one.sharing, other.sharing, where);
}

/** Of two tenants that share a database: the same rows, the same schema, or rows in a schema. */
function findOverlapInside(
  one: Claimed['sharing'],
  other: Claimed['sharing'],
  where: string,
): Overlap | null {
  if (one.strategy === 'Schema') {
    const isTaken =
      other.strategy === 'Schema' ? other.schema === one.schema : schemasOf(other).has(one.schema);
    return isTaken ? { field: 'schema', claimed: `schema ${JSON.stringify(one.schema)} of ${where}` } : null;
  }
  if (one.strategy !== 'RowLevel') return null;
  if (other.strategy === 'Schema')
    return schemasOf(one).has(other.schema)
      ? { field: 'tables', claimed: `schema ${JSON.stringify(other.schema)} of ${where}` }
      : null;
  const isSame = other.strategy === 'RowLevel' && other.value === one.value;
  return isSame
    ? { field: 'tenantValue', claimed: `tenantValue ${JSON.stringify(one.value)} of ${where}` }
    : null;
}

function schemasOf(sharing: Claimed['sharing']): ReadonlySet<string> {
  const tables: readonly TableName[] = sharing.strategy === 'RowLevel' ? sharing.tables : [];
  return new Set(tables.map(({ schema }) => schema));
}
