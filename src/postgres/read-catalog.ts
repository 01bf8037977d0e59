import type {
  CatalogFacts,
  CloisterFacts,
  RelationFacts,
  RoleFacts,
} from '../policy/database/catalog-facts.ts';
import { AGENTS_ROLE, isTenantRole, TENANT_ROLE_PATTERN } from '../policy/database/role-names.ts';
import { nameOf, type WantedIsolation } from '../policy/database/wanted-isolation.ts';
import {
  CLOISTER_QUERY,
  DATABASES_QUERY,
  DEFAULT_GRANTS_QUERY,
  FUNCTIONS_QUERY,
  OTHER_TENANTS_QUERY,
  OWNER_LOGINS_QUERY,
  RELATIONS_QUERY,
  ROLES_QUERY,
  SCHEMAS_QUERY,
  SERVER_QUERY,
  TENANTS_QUERY,
} from './catalog-queries.ts';
import type { DatabaseSession, DatabaseStatements, DatabaseValue } from './database-session.ts';

type ServerFacts = Pick<
  CatalogFacts,
  'serverVersion' | 'isReadOnly' | 'hasOpenLargeObjects' | 'database' | 'admin'
>;

/**
 * Reads what the isolation of the tenant depends on, in one transaction that writes nothing. The session must be to the
 * database of the tenant, as its admin. Rejects with a DatabaseError.
 */
export async function readCatalog(session: DatabaseSession, wanted: WantedIsolation): Promise<CatalogFacts> {
  return session.transaction(
    async (statements) => {
      // How the server writes an expression depends on it, and so does which operator `=` is.
      await statements.query("SELECT set_config('search_path', 'pg_catalog, pg_temp', true)");
      return readFacts(statements, wanted);
    },
    { readOnly: true },
  );
}

async function readFacts(statements: DatabaseStatements, wanted: WantedIsolation): Promise<CatalogFacts> {
  const rowsOf = async <Row extends object>(text: string, values: readonly DatabaseValue[] = []) =>
    (await statements.query<Row>(text, values)).rows;
  const { reader, writer } = wanted.roles;
  const own = [AGENTS_ROLE, reader, writer];
  const [server] = await rowsOf<ServerFacts>(SERVER_QUERY);
  if (server === undefined) throw new Error('the server says nothing of its own database');
  const [cloister] = await rowsOf<Omit<CloisterFacts, 'tenants'>>(CLOISTER_QUERY);
  const tenants =
    cloister?.hasTenantTable === true
      ? await rowsOf<CloisterFacts['tenants'][number]>(TENANTS_QUERY, [reader, valueOf(wanted)])
      : [];
  const relations = await readRelations(rowsOf, wanted, own);
  const functions = await rowsOf<CatalogFacts['functions'][number]>(FUNCTIONS_QUERY, [own]);
  const schemas = await rowsOf<CatalogFacts['schemas'][number]>(SCHEMAS_QUERY);
  const others = await rowsOf<CatalogFacts['otherTenants'][number]>(OTHER_TENANTS_QUERY, [
    reader,
    TENANT_ROLE_PATTERN,
  ]);
  const named = new Set([
    ...own,
    ...wanted.trustedLogins,
    ...[...relations, ...functions, ...schemas].map(({ owner }) => owner),
    ...relations.flatMap(({ grants }) => grants.map(({ grantee }) => grantee)),
  ]);
  const roles = await rowsOf<RoleFacts>(ROLES_QUERY, [
    [...named].filter((name) => own.includes(name) || !isTenantRole(name)),
  ]);
  return {
    ...server,
    otherDatabases: hasOwnDatabase(wanted) ? await rowsOf(DATABASES_QUERY) : [],
    roles,
    otherTenants: others,
    cloister: cloister === undefined ? null : { ...cloister, tenants },
    schemas,
    relations,
    functions,
    defaultGrants: await rowsOf(DEFAULT_GRANTS_QUERY, [own]),
  };
}

type RowsOf = <Row extends object>(
  text: string,
  values?: readonly DatabaseValue[],
) => Promise<readonly Row[]>;

async function readRelations(
  rowsOf: RowsOf,
  wanted: WantedIsolation,
  own: readonly string[],
): Promise<readonly RelationFacts[]> {
  const { sharing, canary } = wanted;
  const tables = sharing.strategy === 'RowLevel' ? sharing.tables : [];
  const names = [...tables, ...(canary === null ? [] : [canary.table])].map(nameOf);
  const schema = sharing.strategy === 'Schema' ? sharing.schema : null;
  const relations = await rowsOf<Omit<RelationFacts, 'ownerLogins'>>(RELATIONS_QUERY, [
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

function hasOwnDatabase({ sharing: { strategy } }: WantedIsolation): boolean {
  return strategy === 'Database' || strategy === 'Dedicated';
}

function valueOf({ sharing }: WantedIsolation): string | null {
  return sharing.strategy === 'RowLevel' ? sharing.value : null;
}
