import { quoteIdentifier } from '../../lib/quote-sql.ts';
import type { CatalogFacts, RelationFacts } from './catalog-facts.ts';
import { findBreakages } from './find-breakages.ts';
import { findConflicts } from './find-conflicts.ts';
import { findRefusals } from './find-refusals.ts';
import type { IsolationPlan, PlannedTransaction } from './isolation-plan.ts';
import { closePlace, planOwnRelations, planSchemas } from './plan-grants.ts';
import { planFoundation } from './plan-roles.ts';
import { partsOf, planRowLevel, releaseRelations } from './plan-row-level.ts';
import { CLOISTER_SCHEMA } from './role-names.ts';
import { isAtPlace, nameOf, type TableName, type WantedIsolation } from './wanted-isolation.ts';

/**
 * Plans what makes the database as the tenant declares it. Facts that hold already give no statement. `neighbours` are what all other
 * tenants declare, on other servers too.
 */
export function planIsolation(
  facts: CatalogFacts,
  wanted: WantedIsolation,
  neighbours: readonly WantedIsolation[],
): IsolationPlan {
  const refusals = [...findConflicts(facts, wanted, neighbours), ...findRefusals(facts, wanted)];
  if (refusals.length > 0) return { transactions: [], breakages: [], refusals };
  const sharers = neighbours.filter((one) => isAtPlace(one, wanted));
  const transactions = [
    ...planFoundation(facts, wanted),
    ...planEntry(facts, wanted),
    ...planScope(facts, wanted, sharers),
    ...releaseRelations(
      facts.relations.filter((relation) => !isInScope(facts, wanted, relation)),
      wanted.roles,
      (relation) => sharers.some((one) => tablesOf(one).includes(nameOf(relation))),
    ),
  ];
  return { transactions, breakages: findBreakages(facts, wanted), refusals };
}

function planScope(
  facts: CatalogFacts,
  wanted: WantedIsolation,
  sharers: readonly WantedIsolation[],
): readonly PlannedTransaction[] {
  const { sharing, roles } = wanted;
  if (sharing.strategy !== 'RowLevel')
    return planOwnRelations(
      facts.relations.filter((relation) => isInScope(facts, wanted, relation)),
      roles,
    );
  const trustedAt = (table: TableName): readonly string[] => [
    ...new Set(
      [wanted, ...sharers.filter((one) => tablesOf(one).includes(nameOf(table)))].flatMap(
        ({ trustedLogins }) => trustedLogins,
      ),
    ),
  ];
  return planRowLevel(facts, sharing, wanted, trustedAt);
}

/** Who may come into the schemas and the database. */
function planEntry(facts: CatalogFacts, wanted: WantedIsolation): readonly PlannedTransaction[] {
  const { sharing, roles, trustedLogins } = wanted;
  const { database } = facts;
  if (sharing.strategy === 'RowLevel')
    return planSchemas(facts, roles, new Set(sharing.tables.map(({ schema }) => schema)));
  if (sharing.strategy === 'Schema') {
    const own = facts.schemas.find(({ name }) => name === sharing.schema);
    const others = facts.schemas.filter(({ name }) => name !== sharing.schema);
    return [
      ...planSchemas({ ...facts, schemas: others }, roles, new Set()),
      ...(own === undefined
        ? []
        : closePlace(
            {
              object: `schema ${own.name}`,
              on: `SCHEMA ${quoteIdentifier(own.name)}`,
              grants: own.grants,
              entry: 'USAGE',
            },
            roles,
            trustedLogins,
          )),
    ];
  }
  const own = facts.schemas.map(({ name }) => name).filter((name) => name !== CLOISTER_SCHEMA);
  const place = {
    object: `database ${database.name}`,
    on: `DATABASE ${quoteIdentifier(database.name)}`,
    grants: database.grants,
    entry: 'CONNECT',
  } as const;
  const isOwner = facts.admin.isSuperuser || facts.admin.name === database.owner;
  return [
    ...closePlace(place, roles, [...trustedLogins, ...(isOwner ? [] : [facts.admin.name])]),
    ...planSchemas(facts, roles, new Set(own)),
  ];
}

/** Whether a relation is one that the tenant declares, or a part of one. */
function isInScope(facts: CatalogFacts, { sharing }: WantedIsolation, relation: RelationFacts): boolean {
  if (sharing.strategy === 'Schema') return relation.schema === sharing.schema;
  if (sharing.strategy !== 'RowLevel') return true;
  return sharing.tables.some(
    (table) => nameOf(table) === nameOf(relation) || partsOf(table, facts.relations).includes(relation),
  );
}

function tablesOf({ sharing }: WantedIsolation): readonly string[] {
  return sharing.strategy === 'RowLevel' ? sharing.tables.map(nameOf) : [];
}
