import { quoteIdentifier } from '../../../lib/quote-sql.ts';
import type { DatabaseFacts, RelationFacts, SchemaFacts } from '../catalog-facts.ts';
import { describeRelation } from '../plan-grants.ts';
import { isPrivileged } from '../plan-roles.ts';
import { AGENTS_ROLE } from '../role-names.ts';
import { quoteTable } from '../statements.ts';
import { canUse, heldBy, type Lint, type LintHit, type LintInput, revocations } from './lint.ts';

function ownRoles({ facts, wanted }: LintInput) {
  const names = [AGENTS_ROLE, wanted.roles.reader, wanted.roles.writer];
  return facts.roles.filter(({ name }) => names.includes(name));
}

const roleTooStrong: Lint = {
  name: 'RoleTooStrong',
  severity: 'Isolation',
  meaning: 'A role of Cloister can log in, bypasses row security, or may create roles or databases.',
  find: (input) =>
    ownRoles(input)
      .filter(isPrivileged)
      .map(({ name }) => ({
        object: `role ${name}`,
        statement: `ALTER ROLE ${quoteIdentifier(name)} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION;`,
      })),
};

const roleReachesOther: Lint = {
  name: 'RoleReachesOther',
  severity: 'Isolation',
  meaning:
    'A role of the tenant is a member of a role of another tenant, or of any role that is not its own.',
  find: (input) => {
    const own = new Set([AGENTS_ROLE, input.wanted.roles.reader, input.wanted.roles.writer]);
    return ownRoles(input).flatMap(({ name, reaches }) =>
      reaches
        .filter((other) => !own.has(other))
        .map((other) => ({
          object: `role ${name}`,
          statement: `REVOKE ${quoteIdentifier(other)} FROM ${quoteIdentifier(name)};`,
        })),
    );
  },
};

/** Relations that are not the tenant's and that a login of it may use. */
function reachable(input: LintInput): readonly RelationFacts[] {
  const own = new Set(input.own);
  return input.facts.relations.filter(
    (relation) =>
      !own.has(relation) &&
      (relation.kind === 'r' || relation.kind === 'p') &&
      canUse(input, relation.schema) &&
      heldBy(input.wanted, relation.grants).length > 0,
  );
}

/** Whether it has rows of tenants, or is in a schema of another. */
function isOfTenants({ facts, wanted: { sharing } }: LintInput, relation: RelationFacts): boolean {
  if (sharing.strategy === 'RowLevel') return relation.columns.some(({ name }) => name === sharing.column);
  return (facts.schemas.find(({ name }) => name === relation.schema)?.tenants.length ?? 0) > 0;
}

function relationHit({ wanted }: LintInput, relation: RelationFacts): LintHit {
  return {
    object: describeRelation(relation),
    statement: revocations(heldBy(wanted, relation.grants), `TABLE ${quoteTable(relation)}`),
  };
}

const otherTenantTable: Lint = {
  name: 'UndeclaredTenantTable',
  severity: 'Isolation',
  meaning:
    'Agents may use a table that is not declared and has the tenant column, or is in a schema of another tenant.',
  find: (input) =>
    reachable(input)
      .filter((relation) => isOfTenants(input, relation))
      .map((relation) => relationHit(input, relation)),
};

const otherTable: Lint = {
  name: 'UndeclaredTable',
  severity: 'Advice',
  meaning: 'Agents may use a table that is not declared, mostly by PUBLIC.',
  find: (input) =>
    reachable(input)
      .filter((relation) => !isOfTenants(input, relation))
      .map((relation) => relationHit(input, relation)),
};

function creatable(
  { wanted }: LintInput,
  on: { readonly object: string; readonly target: string },
  { grants }: SchemaFacts | DatabaseFacts,
): LintHit[] {
  const held = heldBy(wanted, grants).filter(({ privilege }) => privilege === 'CREATE');
  return held.length === 0 ? [] : [{ object: on.object, statement: revocations(held, on.target) }];
}

const schemaCreatable: Lint = {
  name: 'CreateGranted',
  severity: 'Isolation',
  meaning:
    'Agents may create objects in a schema, or schemas in the database. Others could take such a function or table for their own.',
  find: (input) => {
    const { database, schemas } = input.facts;
    return [
      ...schemas.flatMap((schema) =>
        creatable(
          input,
          { object: `schema ${schema.name}`, target: `SCHEMA ${quoteIdentifier(schema.name)}` },
          schema,
        ),
      ),
      ...creatable(
        input,
        { object: `database ${database.name}`, target: `DATABASE ${quoteIdentifier(database.name)}` },
        database,
      ),
    ];
  },
};

const temporaryGranted: Lint = {
  name: 'TemporaryGranted',
  severity: 'Advice',
  meaning:
    'Agents may create temporary tables, which hold up the removal of their login in the way that PostgreSQL documents it. Cloister removes such a login all the same.',
  find: ({ facts: { database }, wanted }) => {
    const held = heldBy(wanted, database.grants).filter(({ privilege }) => privilege === 'TEMPORARY');
    const on = `DATABASE ${quoteIdentifier(database.name)}`;
    return held.length === 0
      ? []
      : [{ object: `database ${database.name}`, statement: revocations(held, on) }];
  },
};

const largeObjectsOpen: Lint = {
  name: 'LargeObjectsOpen',
  severity: 'Isolation',
  meaning: 'The setting `lo_compat_privileges` lets every login read and change every large object.',
  find: ({ facts }) =>
    facts.hasOpenLargeObjects
      ? [
          {
            object: 'server',
            statement: 'ALTER SYSTEM SET lo_compat_privileges = off; SELECT pg_reload_conf();',
          },
        ]
      : [],
};

const largeObjectFunctions: Lint = {
  name: 'LargeObjectFunctions',
  severity: 'Advice',
  meaning: 'Agents may create large objects, which stay when their login goes, unless Cloister removes it.',
  find: ({ facts: { openLargeObjectFunctions: functions, database } }) =>
    functions.length === 0
      ? []
      : [
          {
            object: `database ${database.name}`,
            statement: `REVOKE EXECUTE ON FUNCTION ${functions.join(', ')} FROM PUBLIC;`,
          },
        ],
};

const defaultGrant: Lint = {
  name: 'DefaultGrant',
  severity: 'Advice',
  meaning:
    'Tables that a role creates from now on are granted to PUBLIC or to agents, partitions of declared tables among them.',
  find: ({ facts }) =>
    [
      ...Map.groupBy(facts.defaultGrants, ({ owner, schema, grantee }) =>
        JSON.stringify([owner, schema, grantee]),
      ).values(),
    ].flatMap((grants) =>
      grants.slice(0, 1).map(({ owner, schema, grantee }) => ({
        object: `default privileges of ${owner}`,
        statement: `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteIdentifier(owner)}${schema === null ? '' : ` IN SCHEMA ${quoteIdentifier(schema)}`} REVOKE ALL ON TABLES FROM ${grantee === '' ? 'PUBLIC' : quoteIdentifier(grantee)};`,
      })),
    ),
};

function openDatabases({ facts, wanted }: LintInput, isOfTenant: boolean): LintHit[] {
  return facts.otherDatabases
    .filter(({ tenants }) => tenants.length > 0 === isOfTenant)
    .flatMap(({ name, grants }) => {
      const held = heldBy(wanted, grants).filter(({ privilege }) => privilege === 'CONNECT');
      return held.length === 0
        ? []
        : [{ object: `database ${name}`, statement: revocations(held, `DATABASE ${quoteIdentifier(name)}`) }];
    });
}

const tenantDatabaseOpen: Lint = {
  name: 'TenantDatabaseOpen',
  severity: 'Isolation',
  meaning: 'Agents with a database of their own may connect to the database of another tenant.',
  find: (input) => openDatabases(input, true),
};

const otherDatabaseOpen: Lint = {
  name: 'OtherDatabaseOpen',
  severity: 'Advice',
  meaning: 'Agents with a database of their own may connect to another database of the server, by PUBLIC.',
  find: (input) => openDatabases(input, false),
};

export const REACH_LINTS: readonly Lint[] = [
  roleTooStrong,
  roleReachesOther,
  otherTenantTable,
  otherTable,
  schemaCreatable,
  tenantDatabaseOpen,
  otherDatabaseOpen,
  defaultGrant,
  temporaryGranted,
  largeObjectsOpen,
  largeObjectFunctions,
];
