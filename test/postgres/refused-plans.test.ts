import { expect, test } from 'vitest';
import type { RefusalReason } from '../../src/policy/database/isolation-plan.ts';
import type { Sharing, WantedIsolation } from '../../src/policy/database/wanted-isolation.ts';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { createOwned, ORDERS, SHARED_TABLES, shareRows } from './shared-tables.ts';
import { useTenantDatabase } from './tenant-database.ts';

const at = (name: string, schema = 'public') => ({ schema, name });

function share(table: { schema: string; name: string }, more: Partial<Sharing> = {}): Sharing {
  return { ...shareRows(1, [table]), ...more } as Sharing;
}

/** What cannot be isolated: a table that is made first, what the tenant declares, and the refusal. */
interface Refused {
  readonly what: string;
  readonly run?: string;
  readonly sharing: Sharing;
  readonly more?: Partial<WantedIsolation>;
  readonly reason: RefusalReason;
  readonly object: string;
  readonly problem: RegExp;
}

const REFUSED: readonly Refused[] = [
  {
    what: 'a table that is not there',
    sharing: share(at('missing')),
    reason: 'TableMissing',
    object: 'table public.missing',
    problem: /does not exist/,
  },
  {
    what: 'a table without the tenant column',
    run: createOwned('plain', 'id int'),
    sharing: share(at('plain')),
    reason: 'ColumnMissing',
    object: 'table public.plain',
    problem: /no column tenant_id/,
  },
  ...['char(36)', 'numeric', 'jsonb', 'citizen', 'text COLLATE loose'].map((type, index): Refused => ({
    what: `a tenant column of the type ${type}`,
    run: createOwned(`odd_${index}`, `tenant_id ${type}`),
    sharing: share(at(`odd_${index}`)),
    reason: 'ColumnUnusable',
    object: `table public.odd_${index}`,
    problem: /use one of text, /,
  })),
  {
    what: 'a generated tenant column',
    run: createOwned('generated', 'a text, tenant_id text GENERATED ALWAYS AS (a) STORED'),
    sharing: share(at('generated')),
    reason: 'ColumnUnusable',
    object: 'table public.generated',
    problem: /is generated/,
  },
  {
    what: 'a UUID in upper case, which another tenant could have in lower case',
    sharing: share(ORDERS, { value: 'ABCDEF00-0000-4000-8000-000000000001' }),
    reason: 'ValueUnusable',
    object: 'table public.orders',
    problem: /lower case/,
  },
  {
    what: 'a number with leading zeros',
    run: createOwned('numbers', 'tenant_id integer'),
    sharing: share(at('numbers'), { value: '007' }),
    reason: 'ValueUnusable',
    object: 'table public.numbers',
    problem: /leading zeros/,
  },
  {
    what: 'a number that is too large for the column',
    sharing: share(at('numbers'), { value: '2147483648' }),
    reason: 'ValueUnusable',
    object: 'table public.numbers',
    problem: /out of range/,
  },
  {
    what: 'a view',
    run: 'CREATE VIEW public.some AS SELECT * FROM public.orders',
    sharing: share(at('some')),
    reason: 'TableUnusable',
    object: 'table public.some',
    problem: /is a view/,
  },
  {
    what: 'a partition, which the policies of another table decide about',
    sharing: share(at('events_1')),
    reason: 'TableUnusable',
    object: 'table public.events_1',
    problem: /declare public\.events/,
  },
  {
    what: 'a table that inherits from another',
    run: 'CREATE TABLE public.heirs () INHERITS (public.orders); ALTER TABLE public.heirs OWNER TO app_owner',
    sharing: share(at('heirs')),
    reason: 'TableUnusable',
    object: 'table public.heirs',
    problem: /declare public\.orders/,
  },
  {
    what: 'a table of PostgreSQL',
    sharing: share(at('pg_class', 'pg_catalog')),
    reason: 'TableUnusable',
    object: 'table pg_catalog.pg_class',
    problem: /schema of PostgreSQL/,
  },
  {
    what: 'a table whose owner logs in and is not trusted',
    run: `${createOwned('lived', 'tenant_id uuid')} ALTER TABLE public.lived OWNER TO app; GRANT app TO platform`,
    sharing: share(at('lived')),
    reason: 'OwnerNotTrusted',
    object: 'table public.lived',
    problem: /app log in .* add them to trustedLogins/,
  },
  {
    what: 'a table that the admin has no right to change',
    run: 'CREATE TABLE public.foreign_owner (tenant_id uuid)',
    sharing: share(at('foreign_owner')),
    reason: 'AdminLacksPrivilege',
    object: 'table public.foreign_owner',
    problem: /GRANT postgres TO platform/,
  },
  {
    what: 'a table in a schema that the admin may not open',
    run: 'CREATE SCHEMA closed; CREATE TABLE closed.t (tenant_id uuid); ALTER TABLE closed.t OWNER TO app_owner; GRANT USAGE ON SCHEMA closed TO app_owner',
    sharing: share(at('t', 'closed')),
    reason: 'AdminLacksPrivilege',
    object: 'schema closed',
    problem: /GRANT postgres TO platform/,
  },
  {
    what: 'a trusted login that does not exist',
    sharing: shareRows(1),
    more: { trustedLogins: ['nobody'] },
    reason: 'TrustedLoginUnusable',
    object: 'role nobody',
    problem: /does not exist/,
  },
  {
    what: 'a trusted login that cannot log in',
    sharing: shareRows(1),
    more: { trustedLogins: ['app_owner'] },
    reason: 'TrustedLoginUnusable',
    object: 'role app_owner',
    problem: /cannot log in/,
  },
  {
    what: 'a canary that has no such column',
    sharing: shareRows(1),
    more: { canary: { table: ORDERS, column: 'nothing', value: '1' } },
    reason: 'CanaryUnusable',
    object: 'table public.orders',
    problem: /no column nothing/,
  },
  {
    what: 'a schema that is not there',
    sharing: { strategy: 'Schema', schema: 'absent' },
    reason: 'SchemaMissing',
    object: 'schema absent',
    problem: /create it/,
  },
  {
    what: 'the schema public as that of one tenant',
    sharing: { strategy: 'Schema', schema: 'public' },
    reason: 'SchemaUnusable',
    object: 'schema public',
    problem: /declare another/,
  },
  {
    what: 'a database that the admin does not own',
    sharing: { strategy: 'Database' },
    reason: 'AdminLacksPrivilege',
    object: 'database D',
    problem: /GRANT postgres TO platform/,
  },
];

describeEachPostgres('a plan refuses', (postgres) => {
  const database = useTenantDatabase(
    postgres,
    `${SHARED_TABLES} CREATE DOMAIN public.citizen AS text;
    CREATE COLLATION public.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    SET search_path = public;`,
  );

  test.for(REFUSED.map((one) => [one.what, one] as const))('%s', async ([, one]) => {
    if (one.run !== undefined) await database.run(one.run);
    const plan = await database.plan(database.want(one.sharing, one.more));
    expect(plan.transactions).toEqual([]);
    expect(plan.refusals).toContainEqual({
      reason: one.reason,
      object: one.object.replace(/ D$/, ` ${database.name}`),
      problem: expect.stringMatching(one.problem) as string,
    });
  });
});
