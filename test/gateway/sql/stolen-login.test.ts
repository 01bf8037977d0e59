import { beforeAll, expect, test } from 'vitest';
import type { Client } from 'pg';
import { describeEachPostgres } from '../../testbed/postgres/use-postgres.ts';
import { makeLogin, makeTenantRows } from './tenant-rows.ts';

// The network lets nobody but the gateway reach the database: here it is as if it did.
describeEachPostgres('an agent that has stolen its login', (postgres) => {
  let thief: Client;
  beforeAll(async () => {
    const admin = await postgres.connect();
    await makeTenantRows(admin);
    const { user, password } = await makeLogin(admin, 'acme');
    thief = await postgres.connect('postgres', user, password);
  });
  const COUNT = "SELECT count(*)::int AS n FROM analytics.orders WHERE tenant_id = 'globex'";
  const others = async (): Promise<number> => (await thief.query<{ n: number }>(COUNT)).rows[0]?.n ?? -1;

  test.for([
    "SET cloister.tenant = 'globex'",
    "SELECT set_config('cloister.tenant', 'globex', false)",
    'SET row_security = off',
    'SET ROLE cloister_agents',
    'SET ROLE reader_globex',
    'SET ROLE postgres',
    "SET SESSION AUTHORIZATION 'postgres'",
    'GRANT reader_globex TO CURRENT_USER',
    'ALTER TABLE analytics.orders DISABLE ROW LEVEL SECURITY',
    'DROP POLICY cloister_tenant ON analytics.orders',
    "INSERT INTO cloister.tenant VALUES ('writer_acme', 'globex')",
    "CREATE FUNCTION pg_temp.session_tenant() RETURNS text LANGUAGE sql RETURN 'globex'; SET search_path = pg_temp, cloister",
  ])('reads nothing of another tenant: %s', async (attack) => {
    await thief.query(attack).catch(() => undefined);
    expect(await others().catch(() => 0)).toBe(0);
    await thief.query('RESET SESSION AUTHORIZATION; DISCARD ALL').catch(() => thief.query('DISCARD ALL'));
  });

  test('writes nothing of another tenant', async () => {
    await thief.query("SET cloister.tenant = 'globex'");
    const insert = "INSERT INTO analytics.orders (tenant_id, id) VALUES ('globex', 77)";
    await expect(thief.query(insert)).rejects.toMatchObject({ code: '42501' });
    const { rowCount } = await thief.query(
      "UPDATE analytics.orders SET note = 'x' WHERE tenant_id = 'globex'",
    );
    expect(rowCount).toBe(0);
    await expect(thief.query('TRUNCATE analytics.orders')).rejects.toMatchObject({ code: '42501' });
  });
});
