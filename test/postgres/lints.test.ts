import { beforeAll, describe, expect, test } from 'vitest';
import { LINTS } from '../../src/policy/database/lints/index.ts';
import type { WantedIsolation } from '../../src/policy/database/wanted-isolation.ts';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { SHARED_TABLES, shareRows } from './shared-tables.ts';
import { useTenantDatabase } from './tenant-database.ts';

/** What is done to a database that isolates, and the lint that finds it. `W` stands for the role that writes. */
interface Case {
  readonly lint: string;
  readonly run: string;
  readonly undo?: string;
  readonly object: string;
}

const ON = 'ON public.orders';
const IN_DATABASE = (text: string): string =>
  `DO $$ BEGIN EXECUTE format('${text}', current_database()); END $$`;

const ROW_LEVEL: readonly Case[] = [
  {
    lint: 'RowSecurityOff',
    run: 'ALTER TABLE public.orders DISABLE ROW LEVEL SECURITY',
    object: 'table public.orders',
  },
  {
    lint: 'RowSecurityNotForced',
    run: 'ALTER TABLE public.orders NO FORCE ROW LEVEL SECURITY',
    object: 'table public.orders',
  },
  {
    lint: 'PolicyChanged',
    run: `ALTER POLICY cloister_tenant ${ON} USING (true)`,
    object: 'policy cloister_tenant on table public.orders',
  },
  {
    lint: 'PolicyChanged',
    run: `DROP POLICY cloister_context ${ON}`,
    object: 'policy cloister_context on table public.orders',
  },
  {
    lint: 'PolicyForAgents',
    run: `CREATE POLICY everybody ${ON} USING (true)`,
    undo: `DROP POLICY everybody ${ON}`,
    object: 'policy everybody on table public.orders',
  },
  {
    lint: 'TablePrivilege',
    run: `GRANT TRUNCATE, TRIGGER ${ON} TO PUBLIC`,
    object: 'table public.orders',
  },
  { lint: 'PartGranted', run: 'GRANT SELECT ON public.events_1 TO PUBLIC', object: 'table public.events_1' },
  {
    lint: 'PartGranted',
    run: 'CREATE TABLE public.more_orders () INHERITS (public.orders); GRANT INSERT ON public.more_orders TO PUBLIC',
    undo: 'DROP TABLE public.more_orders',
    object: 'table public.more_orders',
  },
  {
    lint: 'UniqueKeyWithoutTenant',
    run: 'ALTER TABLE public.orders ADD COLUMN email text, ADD CONSTRAINT one_email UNIQUE (email)',
    undo: 'ALTER TABLE public.orders DROP COLUMN email',
    object: 'key one_email of table public.orders',
  },
  {
    lint: 'NumberedKeyWithoutTenant',
    run: 'ALTER TABLE public.orders ADD COLUMN n integer GENERATED ALWAYS AS IDENTITY; CREATE UNIQUE INDEX by_n ON public.orders (n)',
    undo: 'ALTER TABLE public.orders DROP COLUMN n',
    object: 'key by_n of table public.orders',
  },
  {
    lint: 'TenantColumnNullable',
    run: 'ALTER TABLE public.events ALTER COLUMN tenant_id DROP NOT NULL',
    object: 'table public.events',
  },
  {
    lint: 'TenantColumnNotIndexed',
    run: 'DROP INDEX public.events_tenant_id_idx',
    object: 'table public.events',
  },
  {
    lint: 'ViewBypasses',
    run: 'CREATE VIEW public.all_orders AS SELECT * FROM public.orders; GRANT SELECT ON public.all_orders TO PUBLIC',
    undo: 'DROP VIEW public.all_orders',
    object: 'view public.all_orders',
  },
  {
    lint: 'ViewOfOwner',
    run: 'CREATE VIEW public.own_orders AS SELECT * FROM public.orders; ALTER VIEW public.own_orders OWNER TO bystander; GRANT SELECT ON public.own_orders TO PUBLIC',
    undo: 'DROP VIEW public.own_orders',
    object: 'view public.own_orders',
  },
  {
    lint: 'MaterializedViewGranted',
    run: 'CREATE MATERIALIZED VIEW public.copy AS SELECT * FROM public.orders; GRANT SELECT ON public.copy TO PUBLIC',
    undo: 'DROP MATERIALIZED VIEW public.copy',
    object: 'materialized view public.copy',
  },
  {
    lint: 'DefinerFunction',
    run: "CREATE FUNCTION public.count_orders(at integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM public.orders'",
    undo: 'DROP FUNCTION public.count_orders',
    object: 'function public.count_orders(at integer)',
  },
  {
    lint: 'DefinerFunctionOfOwner',
    run: "CREATE FUNCTION public.own_orders() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM public.orders'; ALTER FUNCTION public.own_orders() OWNER TO bystander",
    undo: 'DROP FUNCTION public.own_orders',
    object: 'function public.own_orders()',
  },
  { lint: 'RoleTooStrong', run: 'ALTER ROLE "W" LOGIN BYPASSRLS', object: 'role W' },
  { lint: 'RoleReachesOther', run: 'GRANT app_owner TO "W"', object: 'role W' },
  {
    lint: 'UndeclaredTenantTable',
    run: 'CREATE TABLE public.invoices (tenant_id uuid); GRANT SELECT ON public.invoices TO PUBLIC',
    undo: 'DROP TABLE public.invoices',
    object: 'table public.invoices',
  },
  {
    lint: 'UndeclaredTable',
    run: 'CREATE TABLE public.countries (code text); GRANT SELECT ON public.countries TO PUBLIC',
    undo: 'DROP TABLE public.countries',
    object: 'table public.countries',
  },
  { lint: 'CreateGranted', run: 'GRANT CREATE ON SCHEMA public TO PUBLIC', object: 'schema public' },
  {
    lint: 'CreateGranted',
    run: IN_DATABASE('GRANT CREATE ON DATABASE %I TO PUBLIC'),
    object: 'database D',
  },
  {
    lint: 'DefaultGrant',
    run: 'ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC',
    object: 'default privileges of app_owner',
  },
  { lint: 'TemporaryGranted', run: '', object: 'database D' },
  { lint: 'LargeObjectFunctions', run: '', object: 'database D' },
  {
    lint: 'OwnerLogsIn',
    run: 'CREATE ROLE app_owner_owner; ALTER ROLE app_owner LOGIN',
    undo: 'ALTER ROLE app_owner NOLOGIN; ALTER TABLE public.orders OWNER TO app_owner; ALTER TABLE public.events OWNER TO app_owner; DROP ROLE app_owner_owner',
    object: 'table public.orders',
  },
  {
    lint: 'ForeignKeyWithoutTenant',
    run: 'ALTER TABLE public.orders ADD CONSTRAINT by_id UNIQUE (id); ALTER TABLE public.events ADD COLUMN order_id integer, ADD CONSTRAINT to_order FOREIGN KEY (order_id) REFERENCES public.orders (id)',
    undo: 'ALTER TABLE public.events DROP COLUMN order_id; ALTER TABLE public.orders DROP CONSTRAINT by_id',
    object: 'key to_order of table public.events',
  },
];

describeEachPostgres('a database that isolates has no finding, and', (postgres) => {
  const database = useTenantDatabase(postgres, SHARED_TABLES);
  let first: WantedIsolation;
  const name = (text: string): string =>
    text
      .replaceAll('"W"', first.roles.writer)
      .replace(/^role W$/, `role ${first.roles.writer}`)
      .replace(/^database D$/, `database ${database.name}`);

  beforeAll(async () => {
    first = database.want(shareRows(1), { trustedLogins: ['app_owner'] });
    await database.run('CREATE ROLE bystander; ALTER ROLE app_owner LOGIN');
    await database.isolate(first);
    await database.run('ALTER ROLE app_owner NOLOGIN');
  });

  test('only advice is given on a database as PostgreSQL makes it', async () => {
    expect(new Set((await database.lint(first)).map((finding) => finding.name))).toEqual(
      new Set(['TemporaryGranted', 'LargeObjectFunctions']),
    );
  });

  describe('what is found is mended by its statement:', () => {
    test.for(ROW_LEVEL.map((one) => [one.lint, one.run, one] as const))('%s by %s', async ([lint, , one]) => {
      if (one.run !== '') await database.run(name(one.run));
      try {
        const ofLint = async () =>
          (await database.lint(first)).filter(
            (finding) => finding.name === lint && finding.object === name(one.object),
          );
        const found = await ofLint();
        expect(found).toHaveLength(1);
        expect(found[0]?.severity).toBe(LINTS.find((known) => known.name === lint)?.severity);
        await database.run(found.map(({ statement }) => statement).join(' '));
        expect(await ofLint()).toEqual([]);
      } finally {
        if (one.undo !== undefined) await database.run(name(one.undo));
      }
    });
  });
});
