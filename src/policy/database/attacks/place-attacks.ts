import { quoteIdentifier } from '../../../lib/quote-sql.ts';
import type { CatalogFacts, SchemaFacts } from '../catalog-facts.ts';
import { AGENTS_ROLE, CLOISTER_SCHEMA, TENANT_PREFIX } from '../role-names.ts';
import { quoteTable } from '../statements.ts';
import { nameOf, type WantedIsolation } from '../wanted-isolation.ts';
import type { Attack } from './attack.ts';
import type { AttackName } from './attack-meanings.ts';

/** The most schemas or databases that are entered one by one. The privileges of all are asked for in one statement. */
const MOST_ENTERED = 16;

/** Schemas of other tenants, which the tenant does not share. */
export function schemasOfOthers(
  { schemas }: CatalogFacts,
  { sharing }: Pick<WantedIsolation, 'sharing'>,
): readonly SchemaFacts[] {
  const own = new Set(
    sharing.strategy === 'RowLevel'
      ? sharing.tables.map(({ schema }) => schema)
      : sharing.strategy === 'Schema'
        ? [sharing.schema]
        : [],
  );
  return schemas.filter(
    ({ name, tenants }) => tenants.length > 0 && name !== CLOISTER_SCHEMA && !own.has(name),
  );
}

/** Attacks on schemas of other tenants. */
export function schemaAttacks(facts: CatalogFacts, wanted: WantedIsolation): readonly Attack[] {
  const others = schemasOfOthers(facts, wanted);
  const enter = others.slice(0, MOST_ENTERED).flatMap(({ name, sample }): Attack[] => {
    if (sample === null) return [];
    return [
      {
        name: 'ReadSchema',
        object: `schema ${name}`,
        setup: [],
        trial: { text: `SELECT FROM ${quoteTable({ schema: name, name: sample })} LIMIT 1` },
        reach: 'Success',
      },
    ];
  });
  return [
    ...others.map(({ name }): Attack => ({
      name: 'UseSchema',
      object: `schema ${name}`,
      setup: [],
      trial: { text: "SELECT has_schema_privilege($1, 'USAGE, CREATE') AS reached", values: [name] },
      reach: 'Row',
    })),
    ...enter,
  ];
}

/** Attacks on databases of other tenants of the server. */
export function databaseAttacks({ otherDatabases }: CatalogFacts): readonly Attack[] {
  return otherDatabases
    .filter(({ tenants }) => tenants.length > 0)
    .map(({ name }) => ({
      name: 'ConnectToDatabase',
      object: `database ${name}`,
      setup: [],
      trial: { text: "SELECT has_database_privilege($1, 'CONNECT, CREATE') AS reached", values: [name] },
      reach: 'Row',
    }));
}

/** On a server of its own the tenant is alone. */
export function dedicatedAttacks({ reader }: WantedIsolation['roles']): readonly Attack[] {
  return [
    {
      name: 'MeetOtherTenant',
      object: 'server',
      setup: [],
      trial: {
        text: 'SELECT EXISTS (SELECT FROM pg_roles WHERE starts_with(rolname, $1) AND rolname <> $2) AS reached',
        values: [TENANT_PREFIX, reader],
      },
      reach: 'Row',
    },
  ];
}

/** Becoming a role that could do more. Agents may become the role that they all have, which can do nothing. */
export function becomeAttacks(roles: readonly string[]): readonly Attack[] {
  return roles
    .filter((role) => role !== AGENTS_ROLE)
    .flatMap((role): Attack[] => [
      {
        name: 'BecomeRole',
        object: `role ${role}`,
        setup: [],
        trial: { text: `SET LOCAL ROLE ${quoteIdentifier(role)}` },
        reach: 'Success',
      },
      {
        name: 'BecomeSession',
        object: `role ${role}`,
        setup: [],
        trial: { text: `SET LOCAL SESSION AUTHORIZATION ${quoteIdentifier(role)}` },
        reach: 'Success',
      },
    ]);
}

/** A canary outside of what the tenant has: whatever is allowed on it is too much. */
export function canaryAttacks({ canary }: WantedIsolation): readonly Attack[] {
  if (canary === null) return [];
  const relation = quoteTable(canary.table);
  const column = quoteIdentifier(canary.column);
  const isCanary = `${column}::text = $1`;
  const trial = (name: AttackName, text: string): Attack => ({
    name,
    object: `table ${nameOf(canary.table)}`,
    setup: [],
    trial: { text, values: [canary.value] },
    reach: 'Success',
  });
  return [
    trial('ReadCanary', `SELECT FROM ${relation} WHERE ${isCanary}`),
    trial('UpdateRow', `UPDATE ${relation} SET ${column} = ${column} WHERE ${isCanary}`),
    trial('DeleteRow', `DELETE FROM ${relation} WHERE ${isCanary}`),
    {
      ...trial('InsertRow', `INSERT INTO ${relation} SELECT * FROM ${relation} WHERE ${isCanary}`),
      reach: 'Insert',
    },
  ];
}
