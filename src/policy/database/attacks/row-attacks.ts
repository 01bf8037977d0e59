import { quoteIdentifier, quoteLiteral } from '../../../lib/quote-sql.ts';
import type { CatalogFacts, RelationFacts } from '../catalog-facts.ts';
import { partsOf } from '../plan-row-level.ts';
import { TENANT_SETTING } from '../session-tenant.ts';
import { quoteTable } from '../statements.ts';
import { nameOf } from '../wanted-isolation.ts';
import type { Attack, AttackStatement } from './attack.ts';
import type { AttackName } from './attack-meanings.ts';
import type { ProbeTarget } from './probe-target.ts';

/** Attacks that read rows of others, on a table where there are some. */
export function rowAttacks(
  target: ProbeTarget,
  facts: CatalogFacts,
  roles: readonly string[],
): readonly Attack[] {
  if (target.otherValue === null) return [];
  return [
    ...readingAttacks(target),
    ...settingAttacks(target, target.otherValue),
    ...roles.flatMap((role) => roleAttacks(target, role)),
    ...indirectAttacks(target, facts.relations),
  ];
}

/** Sets a setting for the transaction. */
export function setting(name: string, value: string): AttackStatement {
  return { text: 'SELECT set_config($1, $2, true)', values: [name, value] };
}

/** Asks whether a relation with the tenant column shows a row that is not the tenant's. Its content is not read. */
export function readOthers(
  { column, ownValue }: Pick<ProbeTarget, 'column' | 'ownValue'>,
  relation: string,
): AttackStatement {
  return {
    text: `SELECT EXISTS (SELECT FROM ${relation} WHERE ${quoteIdentifier(column.name)} IS DISTINCT FROM $1::${column.type}) AS reached`,
    values: [ownValue],
  };
}

function readingAttacks(target: ProbeTarget): Attack[] {
  const { table, column, ownValue } = target;
  const relation = quoteTable(table);
  const name = quoteIdentifier(column.name);
  const own = setting(TENANT_SETTING, ownValue);
  const common = { object: `table ${nameOf(table)}`, setup: [own], reach: 'Row' } as const;
  return [
    { ...common, name: 'ReadRows', trial: readOthers(target, relation) },
    { ...common, name: 'ReadRowsWithoutSetting', setup: [], trial: readOthers(target, relation) },
    {
      ...common,
      name: 'CountRows',
      trial: {
        text: `SELECT (SELECT count(*) FROM ${relation}) > (SELECT count(*) FROM ${relation} WHERE ${name} = $1::${column.type}) AS reached`,
        values: [ownValue],
      },
    },
    {
      ...common,
      name: 'LockRows',
      trial: {
        text: `SELECT true AS reached FROM ${relation} WHERE ${name} IS DISTINCT FROM $1::${column.type} LIMIT 1 FOR UPDATE SKIP LOCKED`,
        values: [ownValue],
      },
    },
    {
      ...common,
      name: 'EvaluateOnRows',
      reach: 'Division',
      trial: {
        text: `SELECT count(*) FROM ${relation} WHERE 1 / (CASE WHEN ${name} IS DISTINCT FROM $1::${column.type} THEN 0 ELSE 1 END) = 1`,
        values: [ownValue],
      },
    },
    {
      ...common,
      name: 'TurnRowSecurityOff',
      setup: [own, { text: 'SET LOCAL row_security = off' }],
      trial: readOthers(target, relation),
    },
    {
      ...common,
      name: 'ReadStatistics',
      trial: {
        text: `SELECT EXISTS (SELECT FROM pg_catalog.pg_stats WHERE schemaname = $1 AND tablename = $2) AS reached`,
        values: [table.schema, table.name],
      },
    },
  ];
}

/** A setting is anybody's to set: none may open anything, neither that of Cloister nor one that another policy reads. */
function settingAttacks(target: ProbeTarget, otherValue: string): Attack[] {
  const { table } = target;
  const names = new Set([TENANT_SETTING, ...table.policies.flatMap(({ using }) => settingsIn(using ?? ''))]);
  return [...names].map((name) => ({
    name: 'SetTenant',
    object: `table ${nameOf(table)}`,
    setup: [setting(TENANT_SETTING, target.ownValue), setting(name, otherValue)],
    trial: readOthers(target, quoteTable(table)),
    reach: 'Row',
  }));
}

function settingsIn(expression: string): string[] {
  return [...expression.matchAll(/current_setting\('((?:[^']|'')+)'/g)].map(([, name = '']) =>
    name.replaceAll("''", "'"),
  );
}

/** With the setting of another tenant, which a policy could go by that is for the role alone. */
function roleAttacks({ otherValue, ...target }: ProbeTarget, role: string): Attack[] {
  const { table, ownValue } = target;
  const common = {
    object: `table ${nameOf(table)}`,
    trial: readOthers(target, quoteTable(table)),
    reach: 'Row',
  } as const;
  const other = setting(TENANT_SETTING, otherValue ?? ownValue);
  return [
    { ...common, name: 'SetRole', setup: [other, { text: `SET LOCAL ROLE ${quoteIdentifier(role)}` }] },
    {
      ...common,
      name: 'SetSessionAuthorization',
      setup: [other, { text: `SET LOCAL SESSION AUTHORIZATION ${quoteIdentifier(role)}` }],
    },
  ];
}

/** By its parts, by views that show its tenant column, and past objects of the same names in the temporary schema. */
function indirectAttacks(target: ProbeTarget, relations: readonly RelationFacts[]): Attack[] {
  const { table, column, ownValue } = target;
  const own = setting(TENANT_SETTING, ownValue);
  const parts = partsOf(table, relations);
  const views = viewsOf(table, relations).filter(({ columns }) =>
    columns.some(({ name, type }) => name === column.name && type === column.type),
  );
  const direct = (name: AttackName, relation: RelationFacts): Attack => ({
    name,
    object: `${name === 'ReadView' ? 'view' : 'table'} ${nameOf(relation)}`,
    setup: [own],
    trial: readOthers(target, quoteTable(relation)),
    reach: 'Row',
  });
  return [
    ...parts.map((part) => direct('ReadPart', part)),
    ...views.map((view) => direct('ReadView', view)),
    {
      name: 'ShadowByTemporaryObjects',
      object: `table ${nameOf(table)}`,
      setup: [
        { text: 'CREATE TEMPORARY TABLE tenant (role_name name, value text)' },
        {
          text: `INSERT INTO pg_temp.tenant VALUES (session_user, ${quoteLiteral(target.otherValue ?? '')})`,
        },
        { text: 'GRANT ALL ON pg_temp.tenant TO PUBLIC' },
        {
          text: `CREATE FUNCTION pg_temp.session_tenant() RETURNS text LANGUAGE sql AS 'SELECT value FROM pg_temp.tenant'`,
        },
        { text: "SELECT set_config('search_path', 'pg_temp, pg_catalog', true)" },
        setting(TENANT_SETTING, target.otherValue ?? ''),
      ],
      trial: readOthers(target, quoteTable(table)),
      reach: 'Row',
    },
  ];
}

/** Views and materialized views that read the table, also through others. */
export function viewsOf(
  table: Pick<RelationFacts, 'schema' | 'name'>,
  relations: readonly RelationFacts[],
): readonly RelationFacts[] {
  const found: RelationFacts[] = [];
  let names = new Set([nameOf(table)]);
  while (names.size > 0) {
    const views = relations.filter(
      (relation) => !found.includes(relation) && relation.reads.some((one) => names.has(one)),
    );
    found.push(...views);
    names = new Set(views.map(nameOf));
  }
  return found;
}
