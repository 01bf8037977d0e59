import { quoteIdentifier } from '../../../lib/quote-sql.ts';
import type { ColumnFacts, RelationFacts, UniqueKeyFacts } from '../catalog-facts.ts';
import { describeRelation } from '../plan-grants.ts';
import { quoteTable } from '../statements.ts';
import { nameOf } from '../wanted-isolation.ts';
import { type Lint, type LintHit, type LintInput, sharedTables } from './lint.ts';

interface Keyed {
  readonly table: RelationFacts;
  readonly tenant: ColumnFacts;
}

/** Declared tables with their tenant column. */
function keyed(input: LintInput): readonly Keyed[] {
  const { sharing } = input.wanted;
  if (sharing.strategy !== 'RowLevel') return [];
  return sharedTables(input).flatMap((table) => {
    const tenant = table.columns.find(({ name }) => name === sharing.column);
    return tenant === undefined ? [] : [{ table, tenant }];
  });
}

function keysWithoutTenant({ table, tenant }: Keyed): readonly UniqueKeyFacts[] {
  return table.uniqueKeys.filter(({ columns }) => !columns.includes(tenant.name));
}

/** Whether nobody chooses or guesses a value: the server counts it, or it is random. */
function isUnchosen({ table }: Keyed, { columns }: UniqueKeyFacts): boolean {
  return columns.some((name) => {
    const column = table.columns.find((one) => one.name === name);
    return column !== undefined && (column.isNumbered || column.type === 'uuid');
  });
}

function withTenant(
  { table, tenant }: Keyed,
  { name, columns, isPrimary, isConstraint }: UniqueKeyFacts,
): LintHit {
  const on = quoteTable(table);
  const list = [tenant.name, ...columns].map((column) => (column === null ? '(…)' : quoteIdentifier(column)));
  const key = quoteIdentifier(name);
  const kind = isPrimary ? 'PRIMARY KEY' : 'UNIQUE';
  return {
    object: `key ${name} of ${describeRelation(table)}`,
    statement: isConstraint
      ? `ALTER TABLE ${on} DROP CONSTRAINT ${key}, ADD CONSTRAINT ${key} ${kind} (${list.join(', ')});`
      : `DROP INDEX ${quoteIdentifier(table.schema)}.${key}; CREATE UNIQUE INDEX ${key} ON ${on} (${list.join(', ')});`,
  };
}

const uniqueWithoutTenant: Lint = {
  name: 'UniqueKeyWithoutTenant',
  severity: 'Isolation',
  meaning:
    'A unique key of a declared table is without the tenant column. An INSERT that is refused as a duplicate tells that somebody else has the value.',
  find: (input) =>
    keyed(input).flatMap((one) =>
      keysWithoutTenant(one)
        .filter((key) => !isUnchosen(one, key))
        .map((key) => withTenant(one, key)),
    ),
};

const numberedWithoutTenant: Lint = {
  name: 'NumberedKeyWithoutTenant',
  severity: 'Advice',
  meaning:
    'A unique key of numbers that the server counts, or of UUIDs, is without the tenant column. Counted numbers tell how many rows others add.',
  find: (input) =>
    keyed(input).flatMap((one) =>
      keysWithoutTenant(one)
        .filter((key) => isUnchosen(one, key))
        .map((key) => withTenant(one, key)),
    ),
};

const foreignWithoutTenant: Lint = {
  name: 'ForeignKeyWithoutTenant',
  severity: 'Isolation',
  meaning:
    'A foreign key between declared tables is without the tenant column. PostgreSQL checks it past row security: a row can refer to one of another tenant, which tells that it exists and can delete or hold it.',
  find: (input) => {
    const tables = new Map(keyed(input).map((one) => [nameOf(one.table), one]));
    return [...tables.values()].flatMap(({ table, tenant }) =>
      table.foreignKeys
        .filter(({ references, columns, referencedColumns }) => {
          const target = tables.get(references)?.tenant.name;
          if (target === undefined) return false;
          const position = columns.indexOf(tenant.name);
          return position === -1 || referencedColumns[position] !== target;
        })
        .map(({ name, columns, references, referencedColumns }) => {
          const target = tables.get(references)?.table ?? table;
          const list = (names: readonly string[]) =>
            [tenant.name, ...names.filter((one) => one !== tenant.name)].map(quoteIdentifier).join(', ');
          const key = quoteIdentifier(name);
          return {
            object: `key ${name} of ${describeRelation(table)}`,
            statement: `ALTER TABLE ${quoteTable(table)} DROP CONSTRAINT ${key}, ADD CONSTRAINT ${key} FOREIGN KEY (${list(columns)}) REFERENCES ${quoteTable(target)} (${list(referencedColumns)});`,
          };
        }),
    );
  },
};

const columnNullable: Lint = {
  name: 'TenantColumnNullable',
  severity: 'Advice',
  meaning: 'The tenant column may be NULL. Rows without a tenant are seen by no tenant.',
  find: (input) =>
    keyed(input)
      .filter(({ tenant }) => tenant.isNullable)
      .map(({ table, tenant }) => ({
        object: describeRelation(table),
        statement: `ALTER TABLE ${quoteTable(table)} ALTER COLUMN ${quoteIdentifier(tenant.name)} SET NOT NULL;`,
      })),
};

const columnNotIndexed: Lint = {
  name: 'TenantColumnNotIndexed',
  severity: 'Advice',
  meaning:
    'No index begins with the tenant column. Each statement reads the rows of all tenants to find its own.',
  find: (input) =>
    keyed(input)
      .filter(({ table, tenant }) => !table.indexedColumns.includes(tenant.name))
      .map(({ table, tenant }) => ({
        object: describeRelation(table),
        statement: `CREATE INDEX ON ${quoteTable(table)} (${quoteIdentifier(tenant.name)});`,
      })),
};

export const KEY_LINTS: readonly Lint[] = [
  uniqueWithoutTenant,
  numberedWithoutTenant,
  foreignWithoutTenant,
  columnNullable,
  columnNotIndexed,
];
