import { expect, test } from 'vitest';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { isUsable, useDatabase } from './use-database.ts';

describeEachPostgres('a session that is used wrongly', (postgres) => {
  const open = useDatabase(postgres);

  test('throws for a statement while one runs, which goes on', async () => {
    const session = await open();
    const first = session.query('SELECT pg_sleep(0.05), 1 AS n');
    await expect(session.query('SELECT 2')).rejects.toThrow('one statement at a time');
    expect((await first).rows).toMatchObject([{ n: 1 }]);
  });

  test('throws for a statement beside a transaction, and for one after its end', async () => {
    const session = await open();
    const statements = await session.transaction(async (inside) => {
      await expect(session.query('SELECT 1')).rejects.toThrow('use the statements that it gives');
      return inside;
    });
    await expect(statements.query('SELECT 1')).rejects.toThrow('the transaction has ended');
    expect(await isUsable(session)).toBe(true);
  });

  test.for(['COMMIT', 'ROLLBACK', 'COMMIT AND CHAIN READ WRITE'])(
    'an attack: %s does not lead out of a transaction that is read-only',
    async (statement) => {
      const session = await open();
      await session.query('CREATE TABLE IF NOT EXISTS outside ()');
      const running = session.transaction(
        async ({ query }) => {
          await query(statement);
          await query('INSERT INTO outside DEFAULT VALUES');
        },
        { readOnly: true },
      );
      await expect(running).rejects.toThrow();
      const other = await open();
      expect((await other.query('SELECT FROM outside')).rowCount).toBe(0);
    },
  );

  test('an attack: a transaction whose last statement ends it rejects, and so does what follows', async () => {
    const session = await open();
    const refused = { reason: 'Invalid', message: expect.stringContaining('has ended the transaction') };
    await expect(session.transaction(({ query }) => query('COMMIT'))).rejects.toMatchObject(refused);
    await expect(session.query('SELECT 1')).rejects.toMatchObject(refused);
  });

  test('keeps nothing of a transaction whose work hides a failure', async () => {
    const session = await open();
    await session.query('CREATE TEMP TABLE hidden (n int)');
    const running = session.transaction(async ({ query }) => {
      await query('INSERT INTO hidden VALUES (1)');
      await query('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(running).rejects.toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining('rolled back'),
    });
    expect((await session.query('SELECT n FROM hidden')).rows).toEqual([]);
  });

  test('is ended where the work of a transaction leaves a result half read', async () => {
    const session = await open();
    const running = session.transaction(async ({ stream }) => {
      await stream('SELECT generate_series(1, 1e12)', [], { batchRows: 1 }).next();
      throw new Error('stop');
    });
    await expect(running).rejects.toThrow('stop');
    expect(session.isOpen).toBe(false);
  });

  test('is closed twice, and cancelled after it, without harm', async () => {
    const session = await open();
    await Promise.all([session.close(), session.close()]);
    await session.cancel();
    await expect(session.query('SELECT 1')).rejects.toMatchObject({
      reason: 'Unreachable',
      message: expect.stringContaining('is closed'),
    });
  });
});
