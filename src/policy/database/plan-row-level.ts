import { quoteIdentifier } from '../../lib/quote-sql.ts';
import type { CatalogFacts, RelationFacts, SchemaFacts } from './catalog-facts.ts';
import type { PlannedTransaction } from './isolation-plan.ts';
import { AGENTS_ROLE } from './role-names.ts';
import { grantStatements, quoteTable } from './statements.ts';
import { policyStatements, tenantPolicies } from './tenant-policies.ts';
import { nameOf, type Sharing, type WantedIsolation } from './wanted-isolation.ts';

const READS = ['SELECT'] as const;
const WRITES = ['DELETE', 'INSERT', 'UPDATE'] as const;

type RowLevel = Extract<Sharing, { strategy: 'RowLevel' }>;

/** One transaction for each table that is not as it is to be, and one for what the tenant may see of their schemas. */
export function planRowLevel(
  facts: CatalogFacts,
  wanted: WantedIsolation,
  trusted: readonly string[],
): readonly PlannedTransaction[] {
  const sharing = wanted.sharing as RowLevel;
  const relations = new Map(facts.relations.map((relation) => [nameOf(relation), relation]));
  const tables = sharing.tables.flatMap((name) => relations.get(nameOf(name)) ?? []);
  return tables.flatMap((table) => {
    const column = table.columns.find(({ name }) => name === sharing.column);
    if (column === undefined) return [];
    const statements = [
      ...rowSecurityStatements(table),
      ...policyStatements(table, tenantPolicies(column, trusted, facts)),
      ...usageStatements(facts.schemas, table, wanted),
      ...tableGrants(table, wanted),
      ...partsOf(table, facts.relations).flatMap((part) => partStatements(part, wanted)),
    ];
    return statements.length === 0 ? [] : [{ object: `table ${nameOf(table)}`, statements }];
  });
}

function rowSecurityStatements(table: RelationFacts): readonly string[] {
  const actions = [
    ...(table.hasRowSecurity ? [] : ['ENABLE ROW LEVEL SECURITY']),
    ...(table.forcesRowSecurity ? [] : ['FORCE ROW LEVEL SECURITY']),
  ];
  return actions.length === 0 ? [] : [`ALTER TABLE ${quoteTable(table)} ${actions.join(', ')}`];
}

function usageStatements(
  schemas: readonly SchemaFacts[],
  table: RelationFacts,
  { roles }: WantedIsolation,
): readonly string[] {
  const grants = schemas.find(({ name }) => name === table.schema)?.grants ?? [];
  return grantStatements(
    { on: `SCHEMA ${quoteIdentifier(table.schema)}`, role: roles.reader, privileges: ['USAGE'] },
    grants,
  );
}

/** What the roles of the tenant may do with a table that is theirs, and nothing else: TRUNCATE, REFERENCES and TRIGGER pass row security by. */
export function tableGrants(table: RelationFacts, { roles }: WantedIsolation): readonly string[] {
  const on = `TABLE ${quoteTable(table)}`;
  return [
    ...grantStatements({ on, role: roles.reader, privileges: READS }, table.grants),
    ...grantStatements({ on, role: roles.writer, privileges: WRITES }, table.grants),
    ...grantStatements({ on, role: AGENTS_ROLE, privileges: [] }, table.grants),
    ...table.sequences.flatMap((sequence) =>
      grantStatements(
        { on: `SEQUENCE ${quoteTable(sequence)}`, role: roles.writer, privileges: ['USAGE'] },
        sequence.grants,
      ),
    ),
  ];
}

/** Partitions of a table and tables that inherit from it, also through others. */
export function partsOf(table: RelationFacts, relations: readonly RelationFacts[]): readonly RelationFacts[] {
  const found: RelationFacts[] = [];
  let names = new Set([nameOf(table)]);
  while (names.size > 0) {
    const parts = relations.filter(
      (relation) => !found.includes(relation) && relation.parents.some((parent) => names.has(parent)),
    );
    found.push(...parts);
    names = new Set(parts.map(nameOf));
  }
  return found;
}

/** The policies of a table hold where it is named, and not where a part of it is. */
function partStatements(part: RelationFacts, { roles }: WantedIsolation): readonly string[] {
  const on = `TABLE ${quoteTable(part)}`;
  return [roles.reader, roles.writer, AGENTS_ROLE].flatMap((role) =>
    grantStatements({ on, role, privileges: [] }, part.grants),
  );
}
