import type { CatalogFacts, RelationFacts } from './catalog-facts.ts';
import type { PlannedTransaction } from './isolation-plan.ts';
import { describeRelation, noGrants, ownGrants } from './plan-grants.ts';
import { quoteTable } from './statements.ts';
import { OWN_POLICIES, policyStatements, readFormerState, tenantPolicies } from './tenant-policies.ts';
import { nameOf, type Sharing, type TableName, type WantedIsolation } from './wanted-isolation.ts';

type RowLevel = Extract<Sharing, { strategy: 'RowLevel' }>;

/** One transaction for each table that is not as it is to be, with its partitions. `trusted` are logins of all tenants of the table. */
export function planRowLevel(
  facts: CatalogFacts,
  sharing: RowLevel,
  { roles }: Pick<WantedIsolation, 'roles'>,
  trusted: (table: TableName) => readonly string[],
): readonly PlannedTransaction[] {
  const relations = new Map(facts.relations.map((relation) => [nameOf(relation), relation]));
  return sharing.tables.flatMap((name) => {
    const table = relations.get(nameOf(name));
    const column = table?.columns.find((one) => one.name === sharing.column);
    if (table === undefined || column === undefined) return [];
    const statements = [
      ...rowSecurityStatements(table),
      ...policyStatements(table, tenantPolicies(column, table, facts, trusted(name))),
      ...ownGrants(table, roles),
      // The policies of a table hold where it is named, and not where a part of it is.
      ...partsOf(table, facts.relations).flatMap((part) => noGrants(part, roles)),
    ];
    return statements.length === 0 ? [] : [{ object: describeRelation(table), statements }];
  });
}

function rowSecurityStatements(table: RelationFacts): readonly string[] {
  const actions = [
    ...(table.hasRowSecurity ? [] : ['ENABLE ROW LEVEL SECURITY']),
    ...(table.forcesRowSecurity ? [] : ['FORCE ROW LEVEL SECURITY']),
  ];
  return actions.length === 0 ? [] : [`ALTER TABLE ${quoteTable(table)} ${actions.join(', ')}`];
}

/** Partitions of a table and tables that inherit from it, also through others. */
export function partsOf(table: TableName, relations: readonly RelationFacts[]): readonly RelationFacts[] {
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

/**
 * Takes from relations that are not the tenant's, or not any more, what its roles have on them. Where no tenant is left at a table, its
 * policies go, and row security is as it was before the first.
 */
export function releaseRelations(
  relations: readonly RelationFacts[],
  roles: WantedIsolation['roles'],
  isKept: (relation: RelationFacts) => boolean,
): readonly PlannedTransaction[] {
  return relations.flatMap((relation) => {
    const own = new Set([roles.reader, roles.writer]);
    const isHeld = [...relation.grants, ...relation.sequences.flatMap(({ grants }) => grants)].some(
      ({ grantee }) => own.has(grantee),
    );
    if (!isHeld) return [];
    const statements = [
      ...noGrants(relation, roles),
      ...(relation.hasOtherTenants || isKept(relation) ? [] : releaseStatements(relation)),
    ];
    return [{ object: describeRelation(relation), statements }];
  });
}

function releaseStatements(table: RelationFacts): readonly string[] {
  const policies = table.policies.filter(({ name }) => OWN_POLICIES.has(name));
  if (policies.length === 0) return [];
  const former = readFormerState(policies);
  const on = quoteTable(table);
  const actions = [
    ...(former?.isForced === false ? ['NO FORCE ROW LEVEL SECURITY'] : []),
    ...(former?.isEnabled === false ? ['DISABLE ROW LEVEL SECURITY'] : []),
  ];
  return [
    ...policies.map(({ name }) => `DROP POLICY ${name} ON ${on}`),
    ...(actions.length === 0 ? [] : [`ALTER TABLE ${on} ${actions.join(', ')}`]),
  ];
}
