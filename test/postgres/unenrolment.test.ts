import { expect, test } from 'vitest';
import { planUnenrolment } from '../../src/policy/database/plan-unenrolment.ts';
import { unenrolmentInterest, type WantedIsolation } from '../../src/policy/database/wanted-isolation.ts';
import { readCatalog } from '../../src/postgres/read-catalog.ts';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { ORDERS, SHARED_TABLES, shareRows } from './shared-tables.ts';
import { useTenantDatabase } from './tenant-database.ts';

describeEachPostgres('un-enrolment', (postgres) => {
  const database = useTenantDatabase(
    postgres,
    `${SHARED_TABLES} ALTER TABLE public.events ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON public.events TO app USING (true);
    CREATE SCHEMA acme AUTHORIZATION app_owner; CREATE TABLE acme.t (id serial); ALTER TABLE acme.t OWNER TO app_owner`,
  );
  const remove = async ({ roles }: WantedIsolation, neighbours: readonly WantedIsolation[] = []) => {
    const facts = await readCatalog(database.admin, unenrolmentInterest(roles));
    const applied = await database.apply({ transactions: planUnenrolment(facts, roles, neighbours) });
    expect(applied.failure).toBeNull();
    return applied.statements;
  };
  const stateOf = () =>
    database.rows(`SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
      ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid ORDER BY 1) AS policies,
      (c.relacl::text) AS grants FROM pg_class c WHERE relname IN ('orders', 'events') ORDER BY 1`);

  test('takes what the tenant had, then with the last tenant what all had, and never a row', async () => {
    const before = await stateOf();
    const count = await database.rows('SELECT count(*)::int AS n FROM public.orders, public.events');
    const first = database.want(shareRows(1));
    const second = database.want(shareRows(2, [ORDERS]));
    const third = database.want({ strategy: 'Schema', schema: 'acme' });
    await database.isolate(first, [second]);
    await database.isolate(second, [first]);
    await database.isolate(third);
    expect(await remove(first, [second])).toBeGreaterThan(0);
    expect(await database.probe(second)).toMatchObject({ kind: 'Proven' });
    const [events, orders] = await stateOf();
    // Nobody is left at this table, whose row security was enabled before.
    expect(events).toMatchObject({ enabled: true, forced: false, policies: ['own'] });
    expect(orders).toMatchObject({ enabled: true, forced: true });
    await remove(second);
    await remove(third);
    const after = await stateOf();
    const withoutGrants = (rows: readonly Record<string, unknown>[]) =>
      rows.map((row) => ({ ...row, grants: null }));
    expect(withoutGrants(after)).toEqual(withoutGrants(before));
    expect(JSON.stringify(after)).not.toContain('cloister');
    expect(await database.rows("SELECT FROM pg_namespace WHERE nspname = 'cloister'")).toEqual([]);
    expect(await database.rows("SELECT rolname FROM pg_roles WHERE rolname LIKE 'cloister%'")).toEqual([]);
    expect(await database.rows('SELECT count(*)::int AS n FROM public.orders, public.events')).toEqual(count);
    expect(await remove(first)).toBe(0);
  });

  test('goes on after a failure, and leaves what another database needs', async () => {
    const wanted = database.want(shareRows(3));
    await database.isolate(wanted);
    await database.run('BEGIN; LOCK TABLE public.events IN SHARE MODE');
    await database.admin.query("SET lock_timeout = '50ms'");
    const facts = await readCatalog(database.admin, unenrolmentInterest(wanted.roles));
    const plan = { transactions: planUnenrolment(facts, wanted.roles, []) };
    const applied = await database.apply(plan);
    expect(applied.failure).toMatchObject({
      object: 'table public.events',
      error: { reason: 'LockTimeout' },
    });
    await database.run('ROLLBACK');
    await remove(wanted);
    expect(await database.rows("SELECT rolname FROM pg_roles WHERE rolname LIKE 'cloister%'")).toEqual([]);
  });
});
