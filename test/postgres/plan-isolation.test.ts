import { describe, expect, test } from 'vitest';
import type { RefusalReason } from '../../src/policy/database/isolation-plan.ts';
import type { Sharing, WantedIsolation } from '../../src/policy/database/wanted-isolation.ts';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { ORDERS, SHARED_TABLES, shareRows, tenantValue } from './shared-tables.ts';
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

const owned = (name: string, columns: string, rest = ''): string =>
  `CREATE TABLE public.${name} (${columns}) ${rest}; ALTER TABLE public.${name} OWNER TO app_owner;`;

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
    run: owned('plain', 'id int'),
    sharing: share(at('plain')),
    reason: 'ColumnMissing',
    object: 'table public.plain',
    problem: /no column tenant_id/,
  },
  ...['char(36)', 'numeric', 'jsonb', 'citizen', 'text COLLATE loose'].map((type, index): Refused => ({
    what: `a tenant column of the type ${type}`,
    run: owned(`odd_${index}`, `tenant_id ${type}`),
    sharing: share(at(`odd_${index}`)),
    reason: 'ColumnUnusable',
    object: `table public.odd_${index}`,
    problem: /use one of text, /,
  })),
  {
    what: 'a generated tenant column',
    run: owned('generated', 'a text, tenant_id text GENERATED ALWAYS AS (a) STORED'),
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
    run: owned('numbers', 'tenant_id integer'),
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
    run: `${owned('lived', 'tenant_id uuid')} ALTER TABLE public.lived OWNER TO app; GRANT app TO platform`,
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

describeEachPostgres('a plan', (postgres) => {
  const database = useTenantDatabase(
    postgres,
    `${SHARED_TABLES} CREATE DOMAIN public.citizen AS text;
    CREATE COLLATION public.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    SET search_path = public;`,
  );

  describe('refuses', () => {
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

  test('takes names of 63 bytes and reserved words as they are', async () => {
    const long = 'a'.repeat(63);
    await database.run(
      `CREATE SCHEMA "select" AUTHORIZATION app_owner; CREATE TABLE "select"."${long}" ("user" varchar(64) NOT NULL, PRIMARY KEY ("user")); ALTER TABLE "select"."${long}" OWNER TO app_owner`,
    );
    const wanted = database.want({
      strategy: 'RowLevel',
      column: 'user',
      value: 'it\'s \\ "1"',
      tables: [{ schema: 'select', name: long }],
    });
    expect(await database.isolate(wanted)).toBeGreaterThan(0);
    expect(await database.isolate(wanted)).toBe(0);
    expect(await database.probe(wanted)).toMatchObject({ kind: 'NothingToTry' });
    await database.run(`INSERT INTO "select"."${long}" VALUES ('other')`);
    expect(await database.probe(wanted)).toMatchObject({ kind: 'Proven' });
  });

  test.for(['text', 'character varying(40)', 'uuid', 'smallint', 'integer', 'bigint'])(
    'writes nothing the second time for a tenant column of the type %s',
    async (type) => {
      const name = `of_${type.replaceAll(/\W/g, '_')}`;
      await database.run(owned(name, `tenant_id ${type}`));
      const value = type === 'uuid' ? tenantValue(7) : `-${type.length}`;
      const wanted = database.want(share(at(name), { value }));
      expect(await database.isolate(wanted)).toBeGreaterThan(0);
      expect(await database.isolate(wanted)).toBe(0);
    },
  );

  test('uses its own operators, whatever the search path of the admin names', async () => {
    await database.run(`CREATE SCHEMA trap; GRANT USAGE ON SCHEMA trap TO PUBLIC;
      CREATE FUNCTION trap.always(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      CREATE OPERATOR trap.= (FUNCTION = trap.always, LEFTARG = uuid, RIGHTARG = uuid);
      ALTER ROLE platform SET search_path = trap, pg_catalog; ${owned('trapped', 'tenant_id uuid')}
      INSERT INTO public.trapped VALUES ('${tenantValue(2)}')`);
    try {
      const wanted = database.want(share(at('trapped'), { value: tenantValue(8) }));
      await database.isolate(wanted);
      expect(await database.probe(wanted)).toMatchObject({ kind: 'Proven' });
    } finally {
      await database.run('ALTER ROLE platform RESET search_path');
    }
  });

  test('tells what stops to work for others', async () => {
    await database.run(
      `${owned('read_by_others', 'tenant_id uuid')} CREATE ROLE reports LOGIN; GRANT SELECT ON public.read_by_others TO reports; INSERT INTO public.read_by_others VALUES (NULL)`,
    );
    const { breakages } = await database.plan(database.want(share(at('read_by_others'))));
    expect(breakages).toEqual([
      {
        object: 'table public.read_by_others',
        problem: expect.stringMatching(/^reports may use it and will see no row/) as string,
      },
      {
        object: 'table public.read_by_others',
        problem: expect.stringMatching(/rows whose tenant_id is NULL/) as string,
      },
    ]);
  });

  test('a second tenant with the same value is refused, by what it declares and by what the database has', async () => {
    const first = database.want(share(ORDERS));
    const second = database.want(share(ORDERS));
    await database.isolate(first);
    const byTenant = await database.plan(second, [first]);
    expect(byTenant.refusals).toMatchObject([{ reason: 'Conflict', object: `tenant ${first.tenant}` }]);
    const byRole = await database.plan(second);
    expect(byRole.refusals).toMatchObject([{ reason: 'Conflict', object: `role ${first.roles.reader}` }]);
  });

  test('takes the tables that are declared no more from the tenant', async () => {
    await database.run(owned('dropped', 'tenant_id uuid'));
    const both = database.want(share(at('dropped'), { value: tenantValue(6) }));
    await database.isolate(both);
    const none = { ...both, sharing: { ...both.sharing, tables: [] } as Sharing };
    await database.isolate(none);
    const [row] = await database.rows(
      `SELECT relrowsecurity, relforcerowsecurity, relacl::text FROM pg_class WHERE relname = 'dropped'`,
    );
    expect(row).toMatchObject({ relrowsecurity: false, relforcerowsecurity: false });
    expect(row?.['relacl']).not.toContain('cloister');
    expect(await database.isolate(none)).toBe(0);
  });
});
