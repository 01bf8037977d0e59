import { quoteIdentifier } from '../lib/quote-sql.ts';
import type { ProbeTarget } from '../policy/database/attacks/probe-target.ts';
import type { CatalogFacts } from '../policy/database/catalog-facts.ts';
import { quoteTable } from '../policy/database/statements.ts';
import { type Canary, nameOf, type WantedIsolation } from '../policy/database/wanted-isolation.ts';
import type { DatabaseSession, DatabaseStatements } from './database-session.ts';
import { useOwnSearchPath } from './own-search-path.ts';

/** Finds what of others a login of the tenant can be tried with: for each of its tables a row that is not its own, and the declared canary. */
export async function readTargets(
  session: DatabaseSession,
  facts: CatalogFacts,
  wanted: WantedIsolation,
): Promise<readonly ProbeTarget[]> {
  const { sharing, canary } = wanted;
  if (sharing.strategy !== 'RowLevel') return [];
  const targets: ProbeTarget[] = [];
  for (const name of sharing.tables) {
    const table = facts.relations.find((one) => nameOf(one) === nameOf(name));
    const column = table?.columns.find((one) => one.name === sharing.column);
    if (table === undefined || column === undefined) continue;
    const own = canary !== null && nameOf(canary.table) === nameOf(table) ? canary : null;
    const target = { table, column, ownValue: sharing.value };
    targets.push({
      ...target,
      ...(await session.transaction((it) => readRows(it, target, own), { readOnly: true })),
    });
  }
  return targets;
}

async function readRows(
  statements: DatabaseStatements,
  { table, column, ownValue }: Pick<ProbeTarget, 'table' | 'column' | 'ownValue'>,
  canary: Canary | null,
): Promise<Pick<ProbeTarget, 'otherValue' | 'canary'>> {
  await useOwnSearchPath(statements);
  const relation = quoteTable(table);
  const tenant = quoteIdentifier(column.name);
  const isOther = `${tenant} <> $1::${column.type}`;
  const others = await statements.query<{ value: string }>(
    `SELECT ${tenant}::text AS value FROM ${relation} WHERE ${isOther} LIMIT 1`,
    [ownValue],
  );
  const otherValue = others.rows[0]?.value ?? null;
  if (canary === null) return { otherValue, canary: null };
  const rows = await statements.query<{ value: string }>(
    `SELECT ${tenant}::text AS value FROM ${relation} WHERE ${isOther} AND ${quoteIdentifier(canary.column)}::text = $2 LIMIT 1`,
    [ownValue, canary.value],
  );
  const tenantValue = rows.rows[0]?.value;
  if (tenantValue === undefined) return { otherValue, canary: null };
  return { otherValue, canary: { column: canary.column, value: canary.value, tenantValue } };
}
