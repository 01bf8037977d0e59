import type { CatalogFacts, RelationFacts } from './catalog-facts.ts';
import { needsUsage } from './plan-grants.ts';
import { isSystemSchema, notOwned, refusal } from './refusal.ts';
import type { Refusal } from './isolation-plan.ts';
import { isUsableColumn, USABLE_TYPES } from './tenant-policies.ts';
import { nameOf, type Sharing, type TableName, type WantedIsolation } from './wanted-isolation.ts';

type RowLevel = Extract<Sharing, { strategy: 'RowLevel' }>;

/** Finds why a table cannot be shared by rows. */
export function refuseTable(
  facts: CatalogFacts,
  wanted: WantedIsolation,
  name: TableName,
): readonly Refusal[] {
  const object = `table ${nameOf(name)}`;
  if (isSystemSchema(name.schema))
    return [
      refusal('TableUnusable', object, 'it is in a schema of PostgreSQL or Cloister: remove it from tables'),
    ];
  const table = facts.relations.find((relation) => nameOf(relation) === nameOf(name));
  if (table === undefined)
    return [refusal('TableMissing', object, 'it does not exist: create it, or remove it from tables')];
  const kind = wrongKind(table, wanted.sharing as RowLevel);
  if (kind !== null) return [refusal('TableUnusable', object, kind)];
  return [
    ...(table.adminOwns ? [] : [notOwned(facts, object, table.owner)]),
    ...refuseSchemaOf(facts, wanted, table),
    ...refuseOwner(facts, wanted, table),
    ...refuseColumn(table, wanted.sharing as RowLevel),
  ];
}

const KINDS: Readonly<Record<RelationFacts['kind'], string | null>> = {
  r: null,
  p: null,
  v: 'it is a view: declare the tables that it reads, and make it WITH (security_invoker = true)',
  m: 'it is a materialized view, which has no row security: declare the tables that it reads',
  f: 'it is a foreign table, which has no row security: protect it on its own server',
};

function wrongKind(table: RelationFacts, { tables }: RowLevel): string | null {
  const declared = new Set(tables.map(nameOf));
  const parent = table.parents.find((one) => !declared.has(one));
  if (parent !== undefined)
    return `it is a part of ${parent}, whose policies decide when that is read: declare ${parent}`;
  return KINDS[table.kind];
}

function refuseSchemaOf(facts: CatalogFacts, { roles }: WantedIsolation, table: TableName): Refusal[] {
  const schema = facts.schemas.find(({ name }) => name === table.schema);
  if (schema === undefined || schema.adminOwns || !needsUsage(schema.grants, roles.reader)) return [];
  return [notOwned(facts, `schema ${schema.name}`, schema.owner)];
}

/** Under FORCE the owner sees what a policy shows it, which is nothing. Its logins are those of the application. */
function refuseOwner(
  { admin }: CatalogFacts,
  { trustedLogins }: WantedIsolation,
  table: RelationFacts,
): Refusal[] {
  const logins = table.ownerLogins.filter(
    (login) => !trustedLogins.includes(login) && (login !== admin.name || login === table.owner),
  );
  if (logins.length === 0) return [];
  return [
    refusal(
      'OwnerNotTrusted',
      `table ${nameOf(table)}`,
      `${logins.join(', ')} log in with the privileges of its owner ${table.owner}, and would see no row: add them to trustedLogins, or let a role own it that nobody logs in with`,
    ),
  ];
}

function refuseColumn(table: RelationFacts, { column: name, value }: RowLevel): Refusal[] {
  const object = `table ${nameOf(table)}`;
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined)
    return [
      refusal(
        'ColumnMissing',
        object,
        `it has no column ${name}, which tenantColumn names: add it, or correct tenantColumn`,
      ),
    ];
  if (!isUsableColumn(column))
    return [
      refusal(
        'ColumnUnusable',
        object,
        `its column ${name} has the type ${column.type}${describeOdd(column)}: use one of ${USABLE_TYPES.join(', ')}`,
      ),
    ];
  const problem = wrongValue(column.type, value);
  return problem === null
    ? []
    : [
        refusal(
          'ValueUnusable',
          object,
          `tenantValue is no ${column.type} as PostgreSQL writes it: ${problem}`,
        ),
      ];
}

function describeOdd({ isDomain, isGenerated, isLoose }: Parameters<typeof isUsableColumn>[0]): string {
  if (isDomain) return ', which is a domain';
  if (isGenerated) return ' and is generated';
  return isLoose ? ' with a collation that takes different texts for one' : '';
}

const RANGES: Readonly<Record<string, bigint>> = {
  smallint: 2n ** 15n,
  integer: 2n ** 31n,
  bigint: 2n ** 63n,
};

/** Two spellings of one value would be two tenants with the same rows, so only that of PostgreSQL is taken. */
function wrongValue(type: string, value: string): string | null {
  if (type === 'uuid')
    return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
      ? null
      : 'write 32 hexadecimal digits in lower case with hyphens';
  const limit = RANGES[type];
  if (limit === undefined) return null;
  if (!/^(?:0|-?[1-9][0-9]{0,18})$/.test(value)) return 'write a whole number without leading zeros';
  const number = BigInt(value);
  return number >= -limit && number < limit ? null : 'it is out of range';
}
