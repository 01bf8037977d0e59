import { quoteIdentifier } from '../../../lib/quote-sql.ts';
import { TENANT_SETTING } from '../session-tenant.ts';
import { quoteTable } from '../statements.ts';
import { nameOf } from '../wanted-isolation.ts';
import type { Attack } from './attack.ts';
import type { ProbeTarget } from './probe-target.ts';
import { setting } from './row-attacks.ts';

/** Attacks that write, on the row that the owner of the table declared for it. */
export function writeAttacks({ table, column, ownValue, canary }: ProbeTarget): readonly Attack[] {
  if (canary === null) return [];
  const relation = quoteTable(table);
  const tenant = quoteIdentifier(column.name);
  // The tenant may have a row of the same key.
  const isCanary = `${quoteIdentifier(canary.column)}::text = $1 AND ${tenant} = $2::${column.type}`;
  const values = [canary.value, canary.tenantValue];
  const object = `table ${nameOf(table)}`;
  // The value of either tenant may get an attack past the second filter.
  return [ownValue, canary.tenantValue].flatMap((value) => {
    const common = { object, setup: [setting(TENANT_SETTING, value)] } as const;
    return [
      {
        ...common,
        name: 'UpdateRow',
        trial: {
          text: `UPDATE ${relation} SET ${tenant} = ${tenant} WHERE ${isCanary}`,
          values,
        },
        reach: 'Change',
      },
      {
        ...common,
        name: 'TakeRow',
        trial: {
          text: `UPDATE ${relation} SET ${tenant} = $3::${column.type} WHERE ${isCanary}`,
          values: [...values, ownValue],
        },
        reach: 'Change',
      },
      {
        ...common,
        name: 'DeleteRow',
        trial: { text: `DELETE FROM ${relation} WHERE ${isCanary}`, values },
        reach: 'Change',
      },
      {
        ...common,
        name: 'InsertRow',
        trial: insertion({ table, column, canary }),
        reach: 'Insert',
      },
    ];
  });
}

/**
 * Inserts a row of the canary's tenant that has nothing else. Every column is named, so that no default is evaluated: a sequence would
 * go on although the transaction is rolled back.
 */
function insertion({
  table,
  column,
  canary,
}: Pick<ProbeTarget, 'table' | 'column' | 'canary'>): Attack['trial'] {
  // A domain could refuse NULL before row security is asked.
  const columns = table.columns.filter(({ isGenerated, isDomain }) => !isGenerated && !isDomain);
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const values = columns.map(({ name }) => (name === column.name ? `$1::${column.type}` : 'NULL'));
  return {
    text: `INSERT INTO ${quoteTable(table)} (${names.join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${values.join(', ')})`,
    values: [canary?.tenantValue ?? ''],
  };
}
