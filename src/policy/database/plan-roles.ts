import { quoteIdentifier, quoteLiteral } from '../../lib/quote-sql.ts';
import type { CatalogFacts, RoleFacts } from './catalog-facts.ts';
import type { PlannedTransaction } from './isolation-plan.ts';
import { AGENTS_ROLE, CLOISTER_SCHEMA } from './role-names.ts';
import { SESSION_TENANT_DEFINITION } from './session-tenant.ts';
import { grantStatements, quoteGrantee } from './statements.ts';
import type { WantedIsolation } from './wanted-isolation.ts';

/** The roles of the tenant and what tells whose a session is. It comes before everything that refers to it. */
export function planFoundation(facts: CatalogFacts, wanted: WantedIsolation): readonly PlannedTransaction[] {
  const statements = [
    ...roleStatements(facts, wanted),
    ...schemaStatements(facts),
    ...tenantRowStatements(facts, wanted),
  ];
  return statements.length === 0 ? [] : [{ object: `schema ${CLOISTER_SCHEMA}`, statements }];
}

function roleStatements(
  { roles }: CatalogFacts,
  { roles: { reader, writer }, sharing }: WantedIsolation,
): string[] {
  const known = new Map(roles.map((role) => [role.name, role]));
  const ask = (name: string, memberOf: string | null, comment: string | null): string[] => {
    const role = known.get(name);
    return [
      ...(role === undefined ? [`CREATE ROLE ${quoteIdentifier(name)} NOLOGIN`] : []),
      ...(memberOf === null || role?.reaches.includes(memberOf) === true
        ? []
        : [`GRANT ${quoteIdentifier(memberOf)} TO ${quoteIdentifier(name)}`]),
      ...(comment === null || role?.comment === comment
        ? []
        : [`COMMENT ON ROLE ${quoteIdentifier(name)} IS ${quoteLiteral(comment)}`]),
    ];
  };
  return [
    ...ask(AGENTS_ROLE, null, null),
    ...ask(reader, AGENTS_ROLE, strategyComment(sharing.strategy)),
    ...ask(writer, reader, null),
  ];
}

/** The comment on the role of a tenant. It tells a tenant with a server of its own that there is another. */
export function strategyComment(strategy: string): string {
  return `cloister:${strategy}`;
}

/** Whether a role can do what no role of an agent may. */
export function isPrivileged(role: RoleFacts): boolean {
  return (
    role.canLogin ||
    role.isSuperuser ||
    role.bypassesRowSecurity ||
    role.mayCreateRoles ||
    role.mayCreateDatabases ||
    role.mayReplicate
  );
}

function schemaStatements({ cloister, schemas }: CatalogFacts): string[] {
  const schema = quoteIdentifier(CLOISTER_SCHEMA);
  const agents = AGENTS_ROLE;
  const grants = schemas.find(({ name }) => name === CLOISTER_SCHEMA)?.grants ?? [];
  const foreign = (cloister?.functionGrants ?? [NOTHING_REVOKED]).some(({ grantee }) => grantee !== agents);
  return [
    ...(cloister === null ? [`CREATE SCHEMA ${schema}`] : []),
    ...othersOf(grants).map((grantee) => `REVOKE ALL ON SCHEMA ${schema} FROM ${quoteGrantee(grantee)}`),
    ...grantStatements({ on: `SCHEMA ${schema}`, role: agents, privileges: ['USAGE'] }, grants),
    ...(cloister?.hasTenantTable === true
      ? []
      : [
          `CREATE TABLE ${schema}.tenant (role_name name PRIMARY KEY, value text NOT NULL UNIQUE)`,
          // Default privileges of the admin may have granted it to somebody.
          `REVOKE ALL ON TABLE ${schema}.tenant FROM PUBLIC`,
        ]),
    ...[...new Set((cloister?.tableGrants ?? []).map(({ grantee }) => grantee))].map(
      (grantee) => `REVOKE ALL ON TABLE ${schema}.tenant FROM ${quoteGrantee(grantee)}`,
    ),
    ...(cloister?.sessionTenant === SESSION_TENANT_DEFINITION ? [] : [SESSION_TENANT_DEFINITION]),
    ...(foreign ? [`REVOKE ALL ON FUNCTION ${schema}.session_tenant() FROM PUBLIC`] : []),
    ...grantStatements(
      { on: `FUNCTION ${schema}.session_tenant()`, role: agents, privileges: ['EXECUTE'] },
      cloister?.functionGrants ?? [],
    ),
  ];
}

/** A function that is not made yet can be executed by PUBLIC once it is. */
const NOTHING_REVOKED = { grantee: '' };

function othersOf(grants: readonly { readonly grantee: string }[]): string[] {
  return [...new Set(grants.map(({ grantee }) => grantee).filter((grantee) => grantee !== AGENTS_ROLE))];
}

/** The row that says which value the tenant's rows have. Only rows that tenants share need one. */
function tenantRowStatements({ cloister }: CatalogFacts, { roles, sharing }: WantedIsolation): string[] {
  const table = `${quoteIdentifier(CLOISTER_SCHEMA)}.tenant`;
  const role = quoteLiteral(roles.reader);
  const found = cloister?.tenants.find(({ roleName }) => roleName === roles.reader);
  if (sharing.strategy !== 'RowLevel')
    return found === undefined ? [] : [`DELETE FROM ${table} WHERE role_name = ${role}`];
  if (found?.value === sharing.value) return [];
  const value = quoteLiteral(sharing.value);
  if (found !== undefined) return [`UPDATE ${table} SET value = ${value} WHERE role_name = ${role}`];
  return [`INSERT INTO ${table} (role_name, value) VALUES (${role}, ${value})`];
}
