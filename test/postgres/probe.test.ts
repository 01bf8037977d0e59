import { expect, test } from 'vitest';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { useTenantDatabases } from './tenant-database.ts';

const ORDERS = `CREATE TABLE public.orders (
  tenant_id uuid NOT NULL, id integer NOT NULL, note text, PRIMARY KEY (tenant_id, id));
INSERT INTO public.orders SELECT ('00000000-0000-4000-8000-00000000000' || t)::uuid, n, 'note' FROM generate_series(1, 2) t, generate_series(1, 3) n;`;

const tables = [{ schema: 'public', name: 'orders' }];
const rowLevel = (t: number) =>
  ({
    strategy: 'RowLevel',
    column: 'tenant_id',
    value: `00000000-0000-4000-8000-00000000000${t}`,
    tables,
  }) as const;

describeEachPostgres('two tenants that share a table', (postgres) => {
  const create = useTenantDatabases(postgres);

  test('no attack of one reaches a row of the other, and a second plan writes nothing', async () => {
    const database = await create();
    await database.run(ORDERS);
    const canary = { table: tables[0]!, column: 'id', value: '2' };
    const [one, two] = [database.want(rowLevel(1), { canary }), database.want(rowLevel(2))];
    await database.isolate(one);
    await database.isolate(two);
    expect(await database.isolate(one)).toBe(0);
    expect(await database.isolate(two)).toBe(0);

    expect(await database.probe(one)).toMatchObject({ kind: 'Proven' });
    expect(await database.probe(two)).toMatchObject({ kind: 'Proven' });
  });
});
