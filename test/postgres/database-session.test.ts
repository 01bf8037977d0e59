import { expect, test } from 'vitest';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { allOf, isUsable, useDatabase } from './use-database.ts';

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

  test('a result that is not read to its end, or fails in its middle, leaves the session usable', async () => {
    const session = await open();
    for await (const { rows } of session.stream('SELECT generate_series(1, 1e12)', [], { batchRows: 3 })) {
      expect(rows).toHaveLength(3);
      break;
    }
    expect(await isUsable(session)).toBe(true);
    const failing = session.stream('SELECT 1 / (n - 5) FROM generate_series(1, 10) n', [], { batchRows: 2 });
    await expect(allOf(failing)).rejects.toMatchObject({ reason: 'Invalid', sqlState: '22012' });
    expect(await isUsable(session)).toBe(true);
  });

  test.for(['COPY (SELECT 1) TO STDOUT', 'COPY copied FROM STDIN'])(
    'refuses %s both ways',
    async (statement) => {
      await (await open()).query('CREATE TABLE IF NOT EXISTS copied (n int)');
      const refused = { reason: 'Invalid', message: expect.stringContaining('COPY') };
      const [queried, streamed] = [await open(), await open()];
      await expect(queried.query(statement)).rejects.toMatchObject(refused);
      await expect(allOf(streamed.stream(statement, [], { batchRows: 1 }))).rejects.toMatchObject(refused);
      expect([queried.isOpen, streamed.isOpen]).toEqual([false, false]);
    },
  );

  test.for(['', '-- nothing', ';'])('an empty statement returns no rows: %j', async (statement) => {
    const session = await open();
    expect((await session.query(statement)).rows).toEqual([]);
    expect(
      (await allOf(session.stream(statement, [], { batchRows: 1 }))).flatMap(({ rows }) => rows),
    ).toEqual([]);
    expect(await isUsable(session)).toBe(true);
  });

  test('says how many rows a statement changed, and what it returns of them', async () => {
    const session = await open();
    await session.query('CREATE TEMP TABLE changed (n int)');
    const insert = 'INSERT INTO changed SELECT generate_series(1, 5)';
    expect(await allOf(session.stream(insert, [], { batchRows: 2 }))).toEqual([
      { columns: [], rows: [], outcome: { command: 'INSERT', rowCount: 5 } },
    ]);
    const batches = await allOf(session.stream('DELETE FROM changed RETURNING n', [], { batchRows: 5 }));
    expect(batches.map(({ rows, outcome }) => [rows.length, outcome?.command])).toEqual([
      [5, undefined],
      [0, 'DELETE'],
    ]);
  });

  test('ignores what the server only remarks', async () => {
    const session = await open();
    await session.query("DO 'BEGIN RAISE WARNING ''remark''; END'");
    expect(await isUsable(session)).toBe(true);
  });

  test('a value that does not fit is refused, and is in no message', async () => {
    const session = await open();
    const refused = await session.query('SELECT $1::int', ['of tenant B']).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      reason: 'Invalid',
      sqlState: '22P02',
      message: expect.not.stringContaining('tenant B'),
    });
    await expect(session.query('SELECT $1::text', ['a\0b'])).rejects.toMatchObject({ reason: 'Invalid' });
    await expect(session.query('SELECT $1::text, $2::text', ['a'])).rejects.toMatchObject({
      sqlState: '08P01',
    });
  });
});
