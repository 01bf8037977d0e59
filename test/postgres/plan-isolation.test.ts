import { expect, test } from 'vitest';
import type { Sharing } from '../../src/policy/database/wanted-isolation.ts';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { createOwned, ORDERS, SHARED_TABLES, shareRows, tenantValue } from './shared-tables.ts';
import { useTenantDatabase } from './tenant-database.ts';

const at = (name: string, schema = 'public') => ({ schema, name });

function share(table: { schema: string; name: string }, value = tenantValue(1)): Sharing {
  return { ...shareRows(1, [table]), value } as Sharing;
}

describeEachPostgres('a plan', (postgres) => {
  const database = useTenantDatabase(postgres, SHARED_TABLES);

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
      await database.run(createOwned(name, `tenant_id ${type}`));
      const value = type === 'uuid' ? tenantValue(7) : `-${type.length}`;
      const wanted = database.want(share(at(name), value));
      expect(await database.isolate(wanted)).toBeGreaterThan(0);
      expect(await database.isolate(wanted)).toBe(0);
    },
  );

  test('uses its own operators, whatever the search path of the admin names', async () => {
    await database.run(`CREATE SCHEMA trap; GRANT USAGE ON SCHEMA trap TO PUBLIC;
      CREATE FUNCTION trap.always(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      CREATE OPERATOR trap.= (FUNCTION = trap.always, LEFTARG = uuid, RIGHTARG = uuid);
      ALTER ROLE platform SET search_path = trap, pg_catalog; ${createOwned('trapped', 'tenant_id uuid')}
      INSERT INTO public.trapped VALUES ('${tenantValue(2)}')`);
    try {
      const wanted = database.want(share(at('trapped'), tenantValue(8)));
      await database.isolate(wanted);
      expect(await database.probe(wanted)).toMatchObject({ kind: 'Proven' });
    } finally {
      await database.run('ALTER ROLE platform RESET search_path');
    }
  });

  test('tells what stops to work for others', async () => {
    await database.run(
      `${createOwned('read_by_others', 'tenant_id uuid')} CREATE ROLE reports LOGIN; GRANT SELECT ON public.read_by_others TO reports; INSERT INTO public.read_by_others VALUES (NULL)`,
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
    await database.run(createOwned('dropped', 'tenant_id uuid'));
    const both = database.want(share(at('dropped'), tenantValue(6)));
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
