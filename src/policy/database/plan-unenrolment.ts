import { quoteIdentifier, quoteLiteral } from '../../lib/quote-sql.ts';
import type { CatalogFacts } from './catalog-facts.ts';
import type { PlannedTransaction } from './isolation-plan.ts';
import { planSchemas } from './plan-grants.ts';
import { releaseRelations } from './plan-row-level.ts';
import { AGENTS_ROLE, CLOISTER_SCHEMA } from './role-names.ts';
import { grantStatements } from './statements.ts';
import { nameOf, type WantedIsolation } from './wanted-isolation.ts';

/**
 * Plans how what a database has of a tenant goes: what its roles may do, its row in `cloister.tenant` and its roles. No row of a table
 * goes. With the last tenant of a table its policies go, and with the last of a database the schema of Cloister.
 *
 * `neighbours` are what the other tenants declare in the same database. The logins of the tenant must be gone.
 */
export function planUnenrolment(
  facts: CatalogFacts,
  roles: WantedIsolation['roles'],
  neighbours: readonly WantedIsolation[],
): readonly PlannedTransaction[] {
  const declared = new Set(
    neighbours.flatMap(({ sharing }) => (sharing.strategy === 'RowLevel' ? sharing.tables.map(nameOf) : [])),
  );
  return [
    ...releaseRelations(facts.relations, roles, (relation) => declared.has(nameOf(relation))),
    ...planSchemas(facts, roles, new Set()),
    ...leaveDatabase(facts, roles),
    ...leaveFoundation(facts, roles),
    ...dropRoles(facts, roles),
  ];
}

function leaveDatabase(
  { database }: CatalogFacts,
  { reader, writer }: WantedIsolation['roles'],
): PlannedTransaction[] {
  const on = `DATABASE ${quoteIdentifier(database.name)}`;
  const statements = [reader, writer].flatMap((role) =>
    grantStatements({ on, role, privileges: [] }, database.grants),
  );
  return statements.length === 0 ? [] : [{ object: `database ${database.name}`, statements }];
}

function leaveFoundation(
  { cloister, relations }: CatalogFacts,
  { reader }: WantedIsolation['roles'],
): PlannedTransaction[] {
  if (cloister === null) return [];
  const schema = quoteIdentifier(CLOISTER_SCHEMA);
  const isLast = !cloister.hasOtherTenants && !relations.some(({ hasOtherTenants }) => hasOtherTenants);
  const statements = isLast
    ? [
        `DROP FUNCTION IF EXISTS ${schema}.session_tenant()`,
        `DROP TABLE IF EXISTS ${schema}.tenant`,
        `DROP SCHEMA ${schema}`,
      ]
    : cloister.tenants
        .filter(({ roleName }) => roleName === reader)
        .map(() => `DELETE FROM ${schema}.tenant WHERE role_name = ${quoteLiteral(reader)}`);
  return statements.length === 0 ? [] : [{ object: `schema ${CLOISTER_SCHEMA}`, statements }];
}

function dropRoles(facts: CatalogFacts, { reader, writer }: WantedIsolation['roles']): PlannedTransaction[] {
  const names = new Set(facts.roles.map(({ name }) => name));
  return [writer, reader]
    .filter((name) => names.has(name))
    .map((name) => ({ object: `role ${name}`, statements: [`DROP ROLE ${quoteIdentifier(name)}`] }))
    .concat(
      names.has(AGENTS_ROLE) && facts.otherTenants.length === 0 && !facts.isUsedElsewhere
        ? [{ object: `role ${AGENTS_ROLE}`, statements: [`DROP ROLE ${AGENTS_ROLE}`] }]
        : [],
    );
}
