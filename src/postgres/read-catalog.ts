import { quoteIdentifier } from '../lib/quote-sql.ts';
import type {
  CatalogFacts,
  CloisterFacts,
  RelationFacts,
  RoleFacts,
} from '../policy/database/catalog-facts.ts';
import { AGENTS_ROLE, isTenantRole, TENANT_PREFIX } from '../policy/database/role-names.ts';
import { quoteTable } from '../policy/database/statements.ts';
import { nameOf, type WantedIsolation } from '../policy/database/wanted-isolation.ts';
import {
  CLOISTER_QUERY,
  DATABASES_QUERY,
  DEFAULT_GRANTS_QUERY,
  ELSEWHERE_QUERY,
  FUNCTIONS_QUERY,
  LARGE_OBJECTS_QUERY,
  OTHER_ROWS_QUERY,
  OTHER_TENANTS_QUERY,
  OWNER_LOGINS_QUERY,
  RELATIONS_QUERY,
  ROLES_QUERY,
  SCHEMAS_QUERY,
  SERVER_QUERY,
  TENANTS_QUERY,
} from './catalog-queries.ts';
import { isDatabaseError } from './database-error.ts';
import type { DatabaseSession, DatabaseValue } from './database-session.ts';
import { useOwnSearchPath } from './own-search-path.ts';

/** What of a tenant says which facts matter. */
export type CatalogInterest = Pick<WantedIsolation, 'roles' | 'sharing' | 'canary' | 'trustedLogins'>;

type RowsOf = <Row extends object>(
  text: string,
  values?: readonly DatabaseValue[],
) => Promise<readonly Row[]>;

type Facts<Key extends keyof CatalogFacts> = Pick<CatalogFacts, Key>;

/** Everything that the catalogs say. Rows of tables are asked for afterwards. */
type RawFacts = Omit<CatalogFacts, 'relations'> & {
  readonly relations: readonly Omit<RelationFacts, 'hasRowsOfNobody'>[];
};

/**
 * Reads what the isolation of the tenant depends on, and writes nothing. The session must be to the database of the tenant, as its
 * admin. Rejects with a DatabaseError.
 */
export async function readCatalog(session: DatabaseSession, wanted: CatalogInterest): Promise<CatalogFacts> {
  const facts = await session.transaction(
    async (statements) => {
      await useOwnSearchPath(statements);
      return readFacts(
        async <Row extends object>(text: string, values: readonly DatabaseValue[] = []) =>
          (await statements.query<Row>(text, values)).rows,
        wanted,
      );
    },
    { readOnly: true },
  );
  const relations: RelationFacts[] = [];
  for (const relation of facts.relations)
    relations.push({ ...relation, hasRowsOfNobody: await findRowsOfNobody(session, wanted, relation) });
  return { ...facts, relations };
}

async function readFacts(rowsOf: RowsOf, wanted: CatalogInterest): Promise<RawFacts> {
  const own = [AGENTS_ROLE, wanted.roles.reader, wanted.roles.writer];
  const [server] = await rowsOf<
    Facts<'serverVersion' | 'isReadOnly' | 'hasOpenLargeObjects' | 'database' | 'admin'>
  >(SERVER_QUERY, [own]);
  const [elsewhere] = await rowsOf<Facts<'isUsedElsewhere'>>(ELSEWHERE_QUERY, [AGENTS_ROLE]);
  const [largeObjects] = await rowsOf<{ functions: readonly string[] }>(LARGE_OBJECTS_QUERY);
  if (server === undefined || elsewhere === undefined || largeObjects === undefined)
    throw new Error('PostgreSQL returned no row for a query that always has one');
  const relations = await readRelations(rowsOf, wanted, own);
  const functions = await rowsOf<CatalogFacts['functions'][number]>(FUNCTIONS_QUERY, [own]);
  const schemas = await rowsOf<CatalogFacts['schemas'][number]>(SCHEMAS_QUERY, [own]);
  const named = new Set([
    ...own,
    ...wanted.trustedLogins,
    ...[...relations, ...functions, ...schemas].map(({ owner }) => owner),
    ...relations.flatMap(({ grants }) => grants.map(({ grantee }) => grantee)),
  ]);
  const roles = await rowsOf<RoleFacts>(ROLES_QUERY, [
    [...named].filter((name) => own.includes(name) || !isTenantRole(name)),
  ]);
  const isShared = server.database.tenants.length > 0 || schemas.some(({ tenants }) => tenants.length > 0);
  return {
    ...server,
    ...elsewhere,
    openLargeObjectFunctions: largeObjects.functions,
    otherDatabases: hasOwnDatabase(wanted) ? await rowsOf(DATABASES_QUERY, [own]) : [],
    roles,
    otherTenants: await rowsOf(OTHER_TENANTS_QUERY, [wanted.roles.reader, TENANT_PREFIX]),
    cloister: await readCloister(rowsOf, wanted, { own, isShared }),
    schemas,
    relations,
    functions,
    defaultGrants: await rowsOf(DEFAULT_GRANTS_QUERY, [own]),
  };
}

async function readCloister(
  rowsOf: RowsOf,
  { roles, sharing }: CatalogInterest,
  { own, isShared }: { own: readonly string[]; isShared: boolean },
): Promise<CloisterFacts | null> {
  const [cloister] = await rowsOf<Omit<CloisterFacts, 'tenants' | 'hasOtherTenants'>>(CLOISTER_QUERY, [own]);
  if (cloister === undefined) return null;
  if (!cloister.hasTenantTable) return { ...cloister, tenants: [], hasOtherTenants: isShared };
  const value = sharing.strategy === 'RowLevel' ? sharing.value : null;
  const tenants = await rowsOf<CloisterFacts['tenants'][number]>(TENANTS_QUERY, [roles.reader, value]);
  const [others] = await rowsOf<{ hasRows: boolean }>(OTHER_ROWS_QUERY, [roles.reader]);
  return { ...cloister, tenants, hasOtherTenants: isShared || others?.hasRows === true };
}

async function readRelations(
  rowsOf: RowsOf,
  wanted: CatalogInterest,
  own: readonly string[],
): Promise<RawFacts['relations']> {
  const { sharing, canary } = wanted;
  const tables = sharing.strategy === 'RowLevel' ? sharing.tables : [];
  const names = [...tables, ...(canary === null ? [] : [canary.table])].map(nameOf);
  const schema = sharing.strategy === 'Schema' ? sharing.schema : null;
  const relations = await rowsOf<Omit<RelationFacts, 'ownerLogins' | 'hasRowsOfNobody'>>(RELATIONS_QUERY, [
    names,
    schema,
    hasOwnDatabase(wanted),
    own,
  ]);
  const owners = [...new Set(relations.map(({ owner }) => owner))];
  const logins = await rowsOf<{ owner: string; logins: readonly string[] }>(OWNER_LOGINS_QUERY, [owners]);
  const loginsOf = new Map(logins.map((row) => [row.owner, row.logins]));
  return relations.map((relation) => ({ ...relation, ownerLogins: loginsOf.get(relation.owner) ?? [] }));
}

function hasOwnDatabase({ sharing: { strategy } }: CatalogInterest): boolean {
  return strategy === 'Database' || strategy === 'Dedicated';
}

/** Whether a declared table has a row without a tenant; null where the table has none that could, or does not answer in time. */
async function findRowsOfNobody(
  session: DatabaseSession,
  { sharing }: CatalogInterest,
  relation: RawFacts['relations'][number],
): Promise<boolean | null> {
  if (sharing.strategy !== 'RowLevel' || !relation.adminOwns || !['r', 'p'].includes(relation.kind))
    return null;
  const column = relation.columns.find(({ name }) => name === sharing.column);
  const isDeclared = sharing.tables.some((table) => nameOf(table) === nameOf(relation));
  if (!isDeclared || column?.isNullable !== true) return null;
  try {
    const { rows } = await session.query<{ found: boolean }>(
      `SELECT EXISTS (SELECT FROM ${quoteTable(relation)} WHERE ${quoteIdentifier(column.name)} IS NULL) AS found`,
    );
    return rows[0]?.found ?? null;
  } catch (error) {
    if (isDatabaseError(error, 'Cancelled', 'LockTimeout', 'Denied') && session.isOpen) return null;
    throw error;
  }
}
