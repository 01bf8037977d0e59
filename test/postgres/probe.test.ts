import { describe, expect, test } from 'vitest';
import { buildAttacks } from '../../src/policy/database/attacks/build-attacks.ts';
import type { WantedIsolation } from '../../src/policy/database/wanted-isolation.ts';
import { readCatalog } from '../../src/postgres/read-catalog.ts';
import { readTargets } from '../../src/postgres/read-targets.ts';
import { tryAttack } from '../../src/postgres/try-attack.ts';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { ORDERS, SHARED_TABLES, shareRows } from './shared-tables.ts';
import { useTenantDatabase } from './tenant-database.ts';

/** A set-up that does not isolate, and attacks that get through then. `W` stands for the role that writes, `R` for that of the other tenant. */
interface Broken {
  readonly what: string;
  readonly run: string;
  readonly undo: string;
  readonly reached: readonly string[];
}

const ON = 'ON public.orders';
const OTHER = 'tenant_id = NULLIF(current_setting';

const BROKEN: readonly Broken[] = [
  {
    what: 'row security is off',
    run: 'ALTER TABLE public.orders DISABLE ROW LEVEL SECURITY',
    undo: '',
    reached: [
      'ReadRows',
      'ReadRowsWithoutSetting',
      'CountRows',
      'LockRows',
      'EvaluateOnRows',
      'TurnRowSecurityOff',
      'ReadStatistics',
      'SetTenant',
      'ShadowByTemporaryObjects',
      'UpdateRow',
      'TakeRow',
      'DeleteRow',
      'InsertRow',
    ],
  },
  {
    what: 'the policies go by a setting alone',
    run: `DROP POLICY cloister_context ${ON}; DROP POLICY cloister_tenant ${ON};
      CREATE POLICY by_setting ${ON} USING (${OTHER}('app.tenant', true), '')::uuid)`,
    undo: `DROP POLICY by_setting ${ON}`,
    reached: ['SetTenant'],
  },
  {
    what: 'the second filter is all that there is',
    run: `DROP POLICY cloister_context ${ON}; ALTER POLICY cloister_tenant ${ON} USING (${OTHER}('cloister.tenant', true), '')::uuid)`,
    undo: '',
    reached: ['SetTenant', 'ShadowByTemporaryObjects'],
  },
  {
    what: 'rows may be written for anybody',
    run: `ALTER POLICY cloister_tenant ${ON} WITH CHECK (true); ALTER POLICY cloister_context ${ON} WITH CHECK (true)`,
    undo: '',
    reached: ['InsertRow'],
  },
  {
    what: 'the function reads a table that the search path finds',
    run: `CREATE OR REPLACE FUNCTION cloister.session_tenant() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
      AS $$ BEGIN RETURN (SELECT value FROM tenant LIMIT 1); END $$;
      ALTER FUNCTION cloister.session_tenant() RESET search_path`,
    undo: '',
    reached: ['ShadowByTemporaryObjects'],
  },
  {
    what: 'agents are members of the owner, and row security is not forced',
    run: 'GRANT app_owner TO "W"; ALTER TABLE public.orders NO FORCE ROW LEVEL SECURITY',
    undo: 'REVOKE app_owner FROM "W"',
    reached: ['ReadRows', 'OwnTable', 'SetRole', 'BecomeRole', 'ChangeDefaultPrivileges'],
  },
  {
    what: 'agents are members of a trusted login',
    run: 'GRANT app TO "W"; GRANT SELECT ON public.orders TO app',
    undo: 'REVOKE app FROM "W"; REVOKE SELECT ON public.orders FROM app',
    reached: ['SetRole', 'BecomeRole'],
  },
  {
    what: 'agents are members of another tenant',
    run: 'GRANT "R" TO "W"',
    undo: 'REVOKE "R" FROM "W"',
    reached: ['BecomeRole'],
  },
  {
    what: 'a partition is granted',
    run: 'GRANT SELECT ON public.events_1 TO PUBLIC',
    undo: 'REVOKE SELECT ON public.events_1 FROM PUBLIC',
    reached: ['ReadPart'],
  },
  {
    what: 'a view reads as a superuser',
    run: 'CREATE VIEW public.all_orders AS SELECT * FROM public.orders; GRANT SELECT ON public.all_orders TO PUBLIC',
    undo: 'DROP VIEW public.all_orders',
    reached: ['ReadView'],
  },
  {
    what: 'a copy of the table is granted',
    run: 'CREATE MATERIALIZED VIEW public.copy AS SELECT * FROM public.orders; GRANT SELECT ON public.copy TO PUBLIC',
    undo: 'DROP MATERIALIZED VIEW public.copy',
    reached: ['ReadView'],
  },
  {
    what: 'privileges are granted that row security does not ask about',
    run: `GRANT TRUNCATE, REFERENCES, TRIGGER ${ON} TO PUBLIC`,
    undo: `REVOKE TRUNCATE, REFERENCES, TRIGGER ${ON} FROM PUBLIC`,
    reached: ['TruncateTable', 'ReferencesTable', 'TriggerTable'],
  },
  {
    what: 'the tenants are open to agents',
    run: 'GRANT SELECT, UPDATE ON cloister.tenant TO cloister_agents; GRANT CREATE ON SCHEMA cloister TO cloister_agents',
    undo: '',
    reached: ['ReadTenants', 'ChangeTenants', 'CreateInSchema'],
  },
  {
    what: 'agents are members of predefined roles',
    run: 'GRANT pg_monitor TO "W"',
    undo: 'REVOKE pg_monitor FROM "W"',
    reached: ['UsePredefinedRole'],
  },
  {
    what: 'agents may create objects',
    run: "GRANT CREATE ON SCHEMA public TO PUBLIC; DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO PUBLIC', current_database()); END $$",
    undo: "REVOKE CREATE ON SCHEMA public FROM PUBLIC; DO $$ BEGIN EXECUTE format('REVOKE CREATE ON DATABASE %I FROM PUBLIC', current_database()); END $$",
    reached: ['CreateInSchema', 'CreateInDatabase'],
  },
];

describeEachPostgres('tenants that share tables', (postgres) => {
  const database = useTenantDatabase(postgres, SHARED_TABLES);
  const canary = { table: ORDERS, column: 'id', value: '12' };
  let tenants: readonly [WantedIsolation, WantedIsolation];
  test('no attack of one reaches a row of the other, and a second plan writes nothing', async () => {
    const first = database.want(shareRows(1), { canary, trustedLogins: ['app'] });
    const second = database.want(shareRows(2), { trustedLogins: ['app'] });
    tenants = [first, second];
    await database.isolate(first, [second]);
    await database.isolate(second, [first]);
    expect(await database.isolate(first, [second])).toBe(0);
    expect(await database.isolate(second, [first])).toBe(0);
    expect(await database.probe(first)).toMatchObject({ kind: 'Proven' });
    expect(await database.probe(second)).toMatchObject({ kind: 'Proven' });
    const left = await database.rows("SELECT rolname FROM pg_roles WHERE rolname LIKE 'cloister_probe_%'");
    expect(left).toEqual([]);
  });

  describe('an attack gets through where', () => {
    test.for(BROKEN.map((broken) => [broken.what, broken] as const))(
      '%s',
      async ([, { run, undo, reached }]) => {
        const [first, second] = tenants;
        const name = (text: string): string =>
          text.replaceAll('"W"', first.roles.writer).replaceAll('"R"', second.roles.reader);
        await database.run(name(run));
        try {
          expect(await database.attack(first, reached)).toEqual([...reached].sort());
        } finally {
          await database.run(name(undo));
          await database.isolate(first, [second]);
        }
      },
    );
  });

  test('the next plan mends what was changed', async () => {
    expect(await database.probe(tenants[0])).toMatchObject({ kind: 'Proven' });
  });

  test('proves nothing with a login that cannot do what it is for', async () => {
    const [first, second] = tenants;
    await database.run(`REVOKE SELECT ON public.orders FROM ${first.roles.reader}`);
    const result = await database.probe(first);
    expect(result).toMatchObject({
      kind: 'Undecided',
      problem: expect.stringMatching(/ReadOwnRows on table public\.orders/) as string,
    });
    await database.isolate(first, [second]);
  });

  // By any attack that no broken set-up above is for: it can succeed, and is refused to agents alone.
  test('every attack gets through for somebody who may do everything', async () => {
    const [first] = tenants;
    const facts = await readCatalog(database.admin, first);
    const { attacks } = buildAttacks(facts, first, await readTargets(database.admin, facts, first));
    const superuser = await database.open(postgres.admin);
    await superuser.query('SET lo_compat_privileges = on');
    const names = new Set<string>();
    for (const attack of attacks)
      if ((await tryAttack(superuser, attack)) === 'Reached') names.add(attack.name);
    const never = new Set(attacks.map(({ name }) => name).filter((name) => !names.has(name)));
    expect([...never]).toEqual([]);
  });
});
