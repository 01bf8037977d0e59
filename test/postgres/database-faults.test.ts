import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { StartedPostgres } from '../testbed/postgres/start-postgres.ts';
import { describeEachPostgres, describePostgres } from '../testbed/postgres/use-postgres.ts';
import { openLink } from '../testbed/vault/faulty-link.ts';
import { allOf, isUsable, useDatabase } from './use-database.ts';

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

  test('is told where it may not write: by default_transaction_read_only, or in a transaction that is read-only', async () => {
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
