import type { Client } from 'pg';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { planIsolation } from '../../src/policy/database/plan-isolation.ts';
import type { WantedIsolation } from '../../src/policy/database/wanted-isolation.ts';
import { applyPlan } from '../../src/postgres/apply-plan.ts';
import { openDatabase } from '../../src/postgres/open-database.ts';
import { readCatalog } from '../../src/postgres/read-catalog.ts';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { EVENTS, SHARED_TABLES, shareRows } from './shared-tables.ts';
import { PLATFORM, useTenantDatabase } from './tenant-database.ts';

describeEachPostgres(
  'a plan that fails',
  (postgres) => {
    const database = useTenantDatabase(postgres, SHARED_TABLES);
    const openAdmin = (lockMilliseconds = 5000) =>
      openDatabase({
        place: postgres.place(database.name),
        login: PLATFORM,
        clock: systemClock,
        lockMilliseconds,
      });
    let first: WantedIsolation;
    const isProtected = async (table: string) =>
      (
        await database.rows(
          `SELECT relrowsecurity AND relforcerowsecurity AS yes, (SELECT count(*)::int FROM pg_policy WHERE polrelid = c.oid) AS policies FROM pg_class c WHERE relname = '${table}'`,
        )
      )[0];

    test('by a lock names the table, leaves nothing of its transaction, and the next one goes on', async () => {
      const wanted = database.want(shareRows(1));
      first = wanted;
      const admin = await openAdmin(50);
      await database.run('BEGIN; LOCK TABLE public.events IN SHARE MODE');
      const plan = planIsolation(await readCatalog(admin, wanted), wanted, []);
      const applied = await applyPlan(admin, plan);
      await database.run('ROLLBACK');
      expect(applied.failure).toMatchObject({
        object: 'table public.events',
        error: { reason: 'LockTimeout' },
      });
      expect(await isProtected('orders')).toEqual({ yes: true, policies: 3 });
      expect(await isProtected('events')).toEqual({ yes: false, policies: 0 });
      const next = planIsolation(await readCatalog(admin, wanted), wanted, []);
      expect(next.transactions.map(({ object }) => object)).toEqual(['table public.events']);
      expect((await applyPlan(admin, next)).failure).toBeNull();
      await admin.close();
    });

    test('because the database is read-only is refused before it begins', async () => {
      await database.run(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
      const wanted = database.want(shareRows(3));
      const admin = await openAdmin();
      const { refusals, transactions } = planIsolation(await readCatalog(admin, wanted), wanted, []);
      expect(transactions).toEqual([]);
      expect(refusals).toMatchObject([{ reason: 'ReadOnly', object: `database ${database.name}` }]);
      await database.run('SET default_transaction_read_only = off');
      await database.run(`ALTER DATABASE ${database.name} RESET default_transaction_read_only`);
      await admin.close();
    });

    test('to be tried because there is no connection left leaves no login behind', async () => {
      const wanted = database.want(shareRows(1, [EVENTS]), { roles: first.roles });
      const held: Client[] = [];
      const hold = async (): Promise<boolean> => {
        try {
          held.push(await postgres.connect(database.name, PLATFORM.user, PLATFORM.password.reveal()));
          return true;
        } catch {
          return false;
        }
      };
      while (await hold());
      await expect(database.probe(wanted)).rejects.toMatchObject({ reason: 'TooManyConnections' });
      await Promise.all(held.map((client) => client.end()));
      expect(await database.rows("SELECT FROM pg_roles WHERE rolname LIKE 'cloister_probe%'")).toEqual([]);
    });

    test('by a restart in the middle leaves nothing of the transaction that ran', async () => {
      await database.run(
        'CREATE TABLE public.late (tenant_id uuid NOT NULL); ALTER TABLE public.late OWNER TO app_owner',
      );
      const wanted = database.want(shareRows(2, [{ schema: 'public', name: 'late' }]));
      const admin = await openAdmin();
      const plan = planIsolation(await readCatalog(admin, wanted), wanted, []);
      const slow = plan.transactions.map(({ object, statements }) => ({
        object,
        statements: object === 'table public.late' ? [...statements, 'SELECT pg_sleep(60)'] : statements,
      }));
      const running = applyPlan(admin, { transactions: slow });
      const isAsleep = async () =>
        (await database.rows("SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")).length > 0;
      while (!(await isAsleep()));
      await postgres.restart('SIGQUIT');
      const applied = await running;
      expect(applied.failure).toMatchObject({
        object: 'table public.late',
        error: { reason: 'Unreachable' },
      });
      const again = await openAdmin();
      const { rows } = await again.query(
        "SELECT relrowsecurity AS enabled FROM pg_class WHERE relname = 'late'",
      );
      expect(rows).toEqual([{ enabled: false }]);
      const next = planIsolation(await readCatalog(again, wanted), wanted, []);
      expect((await applyPlan(again, next)).failure).toBeNull();
      await again.close();
    });
  },
  { settings: { max_connections: '12' } },
);
