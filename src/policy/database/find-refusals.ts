import type { CatalogFacts, RoleFacts } from './catalog-facts.ts';
import type { Refusal } from './isolation-plan.ts';
import { refuseTable } from './refuse-table.ts';
import { isSystemSchema, notOwned, refusal } from './refusal.ts';
import { AGENTS_ROLE, CLOISTER_SCHEMA, isTenantRole } from './role-names.ts';
import { nameOf, type WantedIsolation } from './wanted-isolation.ts';

const OLDEST_VERSION = 160_000;

/** Finds why the plan cannot be carried out, or would break or expose something. */
export function findRefusals(facts: CatalogFacts, wanted: WantedIsolation): readonly Refusal[] {
  const { name } = facts.database;
  if (facts.isReadOnly)
    return [
      refusal(
        'ReadOnly',
        `database ${name}`,
        'the server is a replica or read-only: declare the host of the primary',
      ),
    ];
  if (facts.serverVersion < OLDEST_VERSION)
    return [
      refusal(
        'ServerTooOld',
        `database ${name}`,
        `the server is of version ${Math.floor(facts.serverVersion / 10_000)}: upgrade it to 16 or later, before which CREATEROLE can hand out any role`,
      ),
    ];
  return [
    ...refuseAdmin(facts, wanted),
    ...wanted.trustedLogins.flatMap((login) => refuseLogin(facts, login)),
    ...refuseSharing(facts, wanted),
    ...refuseCanary(facts, wanted),
  ];
}

function refuseAdmin({ admin, roles, cloister, database }: CatalogFacts, wanted: WantedIsolation): Refusal[] {
  const { reader, writer } = wanted.roles;
  const names = new Set(roles.map(({ name }) => name));
  const isRoleMissing = [AGENTS_ROLE, reader, writer].some((name) => !names.has(name));
  const lacks = (problem: string): Refusal =>
    refusal('AdminLacksPrivilege', `role ${admin.name}`, `the login of adminCredential ${problem}`);
  return [
    ...(isRoleMissing && !admin.mayCreateRoles ? [lacks('may not create roles: give it CREATEROLE')] : []),
    ...(cloister === null && !admin.mayCreateSchemas
      ? [lacks(`may not create a schema: GRANT CREATE ON DATABASE ${database.name} TO it`)]
      : []),
    ...(cloister?.adminOwns === false
      ? [
          refusal(
            'NameTaken',
            `schema ${CLOISTER_SCHEMA}`,
            `it belongs to role ${cloister.owner}: give ${admin.name} that role, or rename the schema`,
          ),
        ]
      : []),
  ];
}

function refuseLogin({ roles }: CatalogFacts, login: string): Refusal[] {
  const role = roles.find(({ name }) => name === login);
  const problem = wrongWithLogin(role);
  return problem === null
    ? []
    : [refusal('TrustedLoginUnusable', `role ${login}`, `trustedLogins has it, and ${problem}`)];
}

function wrongWithLogin(role: RoleFacts | undefined): string | null {
  if (role === undefined) return 'it does not exist: create it, or remove it there';
  if (!role.canLogin) return 'it cannot log in: list the logins that are its members';
  if (isTenantRole(role.name) || (!role.isSuperuser && role.reaches.includes(AGENTS_ROLE)))
    return 'it is a login of agents, which would see every row: remove it there';
  return null;
}

function refuseSharing(facts: CatalogFacts, wanted: WantedIsolation): readonly Refusal[] {
  const { sharing } = wanted;
  if (sharing.strategy === 'RowLevel')
    return sharing.tables.flatMap((table) => refuseTable(facts, wanted, table));
  const foreign = facts.relations.filter(
    (relation) =>
      !relation.adminOwns && (sharing.strategy !== 'Schema' || relation.schema === sharing.schema),
  );
  const relations = foreign.map((relation) => notOwned(facts, `table ${nameOf(relation)}`, relation.owner));
  return [
    ...(sharing.strategy === 'Schema' ? refuseSchema(facts, sharing.schema) : refuseDatabase(facts)),
    ...relations,
  ];
}

function refuseSchema(facts: CatalogFacts, name: string): Refusal[] {
  const object = `schema ${name}`;
  if (isSystemSchema(name) || name === 'public')
    return [refusal('SchemaUnusable', object, 'it is no schema of one tenant: declare another')];
  const schema = facts.schemas.find((one) => one.name === name);
  if (schema === undefined)
    return [refusal('SchemaMissing', object, 'it does not exist: create it, with its tables')];
  return schema.adminOwns ? [] : [notOwned(facts, object, schema.owner)];
}

function refuseDatabase(facts: CatalogFacts): Refusal[] {
  const { database } = facts;
  const schemas = facts.schemas.filter(
    ({ adminOwns, name }) => !adminOwns && name !== 'public' && name !== CLOISTER_SCHEMA,
  );
  return [
    ...(database.adminOwns ? [] : [notOwned(facts, `database ${database.name}`, database.owner)]),
    ...schemas.map(({ name, owner }) => notOwned(facts, `schema ${name}`, owner)),
  ];
}

/** The row of somebody else that writes are tried on. */
function refuseCanary(facts: CatalogFacts, { canary }: WantedIsolation): Refusal[] {
  if (canary === null) return [];
  const object = `table ${nameOf(canary.table)}`;
  const table = facts.relations.find((relation) => nameOf(relation) === nameOf(canary.table));
  if (table === undefined)
    return [
      refusal('CanaryUnusable', object, 'canary.table does not exist: create it, or remove the canary'),
    ];
  if (table.columns.some(({ name }) => name === canary.column)) return [];
  return [
    refusal(
      'CanaryUnusable',
      object,
      `it has no column ${canary.column}, which canary.column names: correct it`,
    ),
  ];
}
