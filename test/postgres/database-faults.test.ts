import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { DatabaseBatch, DatabaseSession } from '../../src/postgres/database-session.ts';
import type { StartedPostgres } from '../testbed/postgres/start-postgres.ts';
import { describeEachPostgres, describePostgres } from '../testbed/postgres/use-postgres.ts';
import { openLink } from '../testbed/vault/faulty-link.ts';
import { useDatabase } from './use-database.ts';

const SLEEP = 'SELECT pg_sleep(60)';

/** Waits until as many sessions of Cloister run the statement at the server. */
async function runs(postgres: StartedPostgres, statement: string, count: number): Promise<void> {
  const client = await postgres.connect();
  const running = async (): Promise<unknown> => {
    const { rows } = await client.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'cloister' AND state = 'active' AND query = $1",
      [statement],
    );
    return (rows as { n: number }[])[0]?.n;
  };
  await expect.poll(running, { interval: 20, timeout: 5000 }).toBe(count);
  await client.end();
}

function dialPort(port: number): () => Promise<Socket> {
  return async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
}

async function allOf(stream: AsyncIterable<DatabaseBatch>): Promise<DatabaseBatch[]> {
  const batches: DatabaseBatch[] = [];
  for await (const batch of stream) batches.push(batch);
  return batches;
}

async function isUsable(session: DatabaseSession): Promise<boolean> {
  const { rows } = await session.query('SELECT 1 AS n');
  return rows[0]?.['n'] === 1 && session.isOpen;
}

describeEachPostgres('a session that is disturbed', (postgres) => {
  const open = useDatabase(postgres);

  test.for(['SIGINT', 'SIGQUIT'] as const)(
    'rejects what runs when the server is restarted (%s), and is not used again',
    async (signal) => {
      const session = await open();
      const running = expect(session.query(SLEEP)).rejects.toMatchObject({ reason: 'Unreachable' });
      await runs(postgres, SLEEP, 1);
      await postgres.restart(signal);
      await running;
      expect(session.isOpen).toBe(false);
      await expect(session.query('SELECT 1')).rejects.toMatchObject({ reason: 'Unreachable' });
      expect(await isUsable(await open())).toBe(true);
    },
  );

  test('keeps nothing of a transaction in whose middle the server is restarted', async () => {
    const session = await open();
    await session.query('CREATE TABLE halves (n int)');
    const running = session.transaction(async ({ query }) => {
      await query('INSERT INTO halves VALUES (1)');
      await postgres.restart();
      await query('INSERT INTO halves VALUES (2)');
    });
    await expect(running).rejects.toMatchObject({ reason: 'Unreachable' });
    const again = await open();
    expect((await again.query('SELECT n FROM halves')).rows).toEqual([]);
  });

  test('says that a transaction may have been committed where the connection is lost meanwhile', async () => {
    const link = await openLink(postgres.port);
    const session = await open({ dial: dialPort(link.port) });
    await session.query('CREATE TABLE slow ()');
    await session.query(
      "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END'",
    );
    await session.query(
      'CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON slow INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()',
    );
    const running = session.transaction(({ query }) => query('INSERT INTO slow DEFAULT VALUES'));
    const lost = expect(running).rejects.toMatchObject({
      reason: 'Unreachable',
      message: expect.stringContaining('it may have been committed'),
    });
    await runs(postgres, 'COMMIT', 1);
    await link.refuse();
    await lost;
  });

  test('ends a statement whose client is gone without a word', async () => {
    const link = await openLink(postgres.port);
    const session = await open({
      dial: dialPort(link.port),
      settings: { client_connection_check_interval: '50' },
    });
    const lost = expect(session.query(SLEEP)).rejects.toMatchObject({ reason: 'Unreachable' });
    await runs(postgres, SLEEP, 1);
    await link.refuse();
    await lost;
    await runs(postgres, SLEEP, 0);
  });

  test('does not wait longer for a lock than lock_timeout', async () => {
    const [holder, session] = [await open(), await open({ lockMilliseconds: 50 })];
    await holder.query('CREATE TABLE held ()');
    await holder.transaction(async ({ query }) => {
      await query('LOCK TABLE held');
      await expect(session.query('SELECT FROM held')).rejects.toMatchObject({
        reason: 'LockTimeout',
        sqlState: '55P03',
      });
    });
    expect(await isUsable(session)).toBe(true);
  });

  test('does not run a statement longer than statement_timeout', async () => {
    const session = await open({ statementMilliseconds: 50 });
    await expect(session.query(SLEEP)).rejects.toMatchObject({ reason: 'Cancelled', sqlState: '57014' });
    expect(await isUsable(session)).toBe(true);
  });

  test.for([
    ['waits for a lock', 'SELECT FROM waited'],
    ['computes', 'SELECT count(*) FROM (SELECT generate_series(1, 1e12)) AS many'],
  ] as const)('cancels at once at the server what %s', async ([, statement]) => {
    const [holder, session] = [await open(), await open()];
    await holder.query('CREATE TABLE IF NOT EXISTS waited ()');
    await holder.transaction(async ({ query }) => {
      await query('LOCK TABLE waited');
      const running = expect(session.query(statement)).rejects.toMatchObject({ reason: 'Cancelled' });
      await runs(postgres, statement, 1);
      await session.cancel();
      await running;
      await runs(postgres, statement, 0);
    });
  });

  test('cancels when its signal is aborted in the middle of a large result, which is not read ahead', async () => {
    const controller = new AbortController();
    const reason = new Error('the agent has gone');
    const session = await open({ signal: controller.signal });
    const statement = "SELECT generate_series(1, 1e12), repeat('x', 1000)";
    const reading = (async () => {
      for await (const { rows } of session.stream(statement, [], { batchRows: 10 })) {
        expect(rows).toHaveLength(10);
        controller.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
    expect(session.isOpen).toBe(false);
    await runs(postgres, statement, 0);
  });

  test('rejects an answer of more bytes than it takes, and is not used again', async () => {
    const session = await open({ maxAnswerBytes: 100_000 });
    await session.query("SELECT repeat('x', 90000)");
    await session.query("SELECT repeat('x', 90000)");
    await expect(
      session.query("SELECT repeat('x', 50000) FROM generate_series(1, 1000000)"),
    ).rejects.toMatchObject({ reason: 'TooLarge' });
    expect(session.isOpen).toBe(false);
    const other = await open({ maxAnswerBytes: 100_000 });
    const batches = other.stream("SELECT repeat('x', 30000) FROM generate_series(1, 10)", [], {
      batchRows: 2,
    });
    expect((await allOf(batches)).length).toBe(6);
    const large = other.stream("SELECT repeat('x', 30000) FROM generate_series(1, 10)", [], { batchRows: 5 });
    await expect(allOf(large)).rejects.toMatchObject({ reason: 'TooLarge' });
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

describePostgres(
  'a session on a replica',
  (postgres) => {
    const open = useDatabase(postgres);

    test('reads, and is told that it cannot write', async () => {
      const session = await open();
      expect(
        await session.transaction(({ query }) => query('SELECT 1 AS n'), { readOnly: true }),
      ).toMatchObject({ rows: [{ n: 1 }] });
      const writing = session.transaction(({ query }) => query('CREATE TABLE one ()'));
      await expect(writing).rejects.toMatchObject({
        reason: 'ReadOnly',
        message: expect.stringContaining('connect to the primary'),
      });
      expect(await isUsable(session)).toBe(true);
    });
  },
  { version: 18, isStandby: true },
);

describeEachPostgres('a session that may not write', (postgres) => {
  const open = useDatabase(postgres);

  test('by default_transaction_read_only, or in a transaction that is read-only', async () => {
    const limited = await open({ settings: { default_transaction_read_only: 'on' } });
    const refused = { reason: 'ReadOnly', sqlState: '25006' };
    await expect(limited.query('CREATE TABLE one ()')).rejects.toMatchObject(refused);
    await expect(limited.transaction(({ query }) => query('CREATE TABLE one ()'))).rejects.toMatchObject(
      refused,
    );
    const session = await open();
    await expect(
      session.transaction(({ query }) => query('CREATE TABLE one ()'), { readOnly: true }),
    ).rejects.toMatchObject(refused);
  });
});
