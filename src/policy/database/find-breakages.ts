import type { CatalogFacts, RelationFacts } from './catalog-facts.ts';
import type { Breakage } from './isolation-plan.ts';
import { describeRelation } from './plan-grants.ts';
import { AGENTS_ROLE, isTenantRole } from './role-names.ts';
import { nameOf, type WantedIsolation } from './wanted-isolation.ts';

/** Finds what stops to work for others when the isolation is set up. Once it is, there is nothing more to find. */
export function findBreakages(facts: CatalogFacts, wanted: WantedIsolation): readonly Breakage[] {
  const { sharing } = wanted;
  if (sharing.strategy === 'RowLevel')
    return facts.relations
      .filter((relation) => sharing.tables.some((table) => nameOf(table) === nameOf(relation)))
      .flatMap((table) => [...breaksReaders(facts, wanted, table), ...hidesRows(table, sharing.column)]);
  const place =
    sharing.strategy === 'Schema'
      ? facts.schemas.find(({ name }) => name === sharing.schema)
      : facts.database;
  if (place?.grants.some(({ grantee }) => grantee === '') !== true) return [];
  const object = sharing.strategy === 'Schema' ? `schema ${place.name}` : `database ${place.name}`;
  return [
    {
      object,
      problem:
        'PUBLIC loses it, and with it every role that has no privilege of its own there: add the logins that need it to trustedLogins, or grant it to them',
    },
  ];
}

/** Roles with privileges on a table that is not under row security yet, and no policy afterwards. */
function breaksReaders(
  facts: CatalogFacts,
  { roles, trustedLogins }: WantedIsolation,
  table: RelationFacts,
): readonly Breakage[] {
  if (table.hasRowSecurity) return [];
  const seeing = new Set([
    ...trustedLogins,
    roles.reader,
    roles.writer,
    AGENTS_ROLE,
    ...facts.roles.filter((role) => role.isSuperuser || role.bypassesRowSecurity).map(({ name }) => name),
  ]);
  const blind = table.grants
    .map(({ grantee }) => grantee)
    .filter((name) => !seeing.has(name) && !isTenantRole(name))
    .map((name) => (name === '' ? 'PUBLIC' : name));
  if (blind.length === 0) return [];
  return [
    {
      object: describeRelation(table),
      problem: `${[...new Set(blind)].sort().join(', ')} may use it and will see no row: add the logins that need its rows to trustedLogins`,
    },
  ];
}

function hidesRows(table: RelationFacts, column: string): readonly Breakage[] {
  if (table.hasRowsOfNobody !== true) return [];
  return [
    {
      object: describeRelation(table),
      problem: `it has rows whose ${column} is NULL, which no tenant sees: give them a value`,
    },
  ];
}
