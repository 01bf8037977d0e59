import { expect, test } from 'vitest';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { useDatabase } from './use-database.ts';

describeEachPostgres('a session of a database', (postgres) => {
  const open = useDatabase(postgres);

  test('returns the rows of a statement as objects', async () => {
    const session = await open();
    const result = await session.query<{ n: number; t: string }>('SELECT $1::int AS n, $2::text AS t', [
      1,
      "it's",
    ]);
    expect(result).toEqual({ rows: [{ n: 1, t: "it's" }], rowCount: 1, command: 'SELECT' });
  });

  test('reads arrays of names as arrays', async () => {
    const session = await open();
    const { rows } = await session.query("SELECT ARRAY['a', 'b']::name[] AS names, 1::int8 AS n");
    expect(rows).toEqual([{ names: ['a', 'b'], n: '1' }]);
  });

  test.for(['SELECT 1; SELECT 2', 'BEGIN; DROP TABLE x'])(
    'refuses more than one statement: %s',
    async (text) => {
      const session = await open();
      await expect(session.query(text)).rejects.toMatchObject({ reason: 'Invalid', sqlState: '42601' });
      expect((await session.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    },
  );

  test('keeps what a transaction did, and nothing of one whose work rejects', async () => {
    const session = await open();
    await session.query('CREATE TEMP TABLE kept (n int)');
    await session.transaction(({ query }) => query('INSERT INTO kept VALUES (1)'));
    const failed = session.transaction(async ({ query }) => {
      await query('INSERT INTO kept VALUES (2)');
      throw new Error('stop');
    });
    await expect(failed).rejects.toThrow('stop');
    expect((await session.query('SELECT n FROM kept')).rows).toEqual([{ n: 1 }]);
  });

  test('streams rows as texts, batch by batch', async () => {
    const session = await open();
    const batches = [];
    for await (const batch of session.stream('SELECT n, NULL AS no FROM generate_series(1, $1::int) n', [5], {
      batchRows: 2,
    }))
      batches.push(batch);
    expect(batches.map(({ rows }) => rows)).toEqual([
      [
        ['1', null],
        ['2', null],
      ],
      [
        ['3', null],
        ['4', null],
      ],
      [['5', null]],
    ]);
    expect(batches[0]?.columns).toEqual([
      { name: 'n', type: 23 },
      { name: 'no', type: 25 },
    ]);
    expect(batches.map(({ outcome }) => outcome?.command ?? null)).toEqual([null, null, 'SELECT']);
  });

  test('cancels what runs, and is closed', async () => {
    const session = await open();
    const running = expect(session.query('SELECT pg_sleep(60)')).rejects.toMatchObject({
      reason: 'Cancelled',
    });
    await session.cancel();
    await running;
    expect(session.isOpen).toBe(false);
    await expect(session.query('SELECT 1')).rejects.toMatchObject({ reason: 'Cancelled' });
  });
});
