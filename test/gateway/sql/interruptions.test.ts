import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { refuse } from '../../../src/gateway/pipeline/refusal.ts';
import { describePostgres } from '../../testbed/postgres/use-postgres.ts';
import { useStatements } from './use-statements.ts';

const LARGE = "SELECT repeat('x', 1000) FROM generate_series(1, 100000) n";
const POLL = { timeout: 5_000, interval: 20 } as const;

describePostgres(
  'a statement that is interrupted',
  (postgres) => {
    const world = useStatements(postgres);
    const QUERY = 'SELECT id FROM analytics.orders';
    /** How many sessions of agents run something. */
    const running = async (): Promise<number> => {
      const text =
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename LIKE 'v-%' AND state <> 'idle' AND backend_type = 'client backend'";
      return (await world.admin.query<{ n: number }>(text)).rows[0]?.n ?? -1;
    };
    /** Keeps every statement about the table waiting until it returns. */
    const whileLocked = async (work: () => Promise<void>): Promise<void> => {
      const locker = await postgres.connect('warehouse');
      await locker.query('BEGIN; LOCK TABLE analytics.orders IN ACCESS EXCLUSIVE MODE');
      try {
        await work();
      } finally {
        await locker.query('ROLLBACK');
      }
    };
    const lastOutcome = () => world.acme.services.written.at(-1)?.[1].outcome?.reason;

    test('by the end of its client is cancelled in the database', async () => {
      await whileLocked(async () => {
        const opening = world.acme.open(QUERY);
        await expect.poll(running, POLL).toBe(1);
        const abandoned = expect(opening).rejects.toThrow();
        world.acme.hangUp();
        await abandoned;
        await expect.poll(running, { ...POLL, timeout: 1_000 }).toBe(0);
      });
      await expect.poll(lastOutcome, POLL).toBe('ClientGone');
    });

    test('by a quarantine says so, and is cancelled within a second', async () => {
      await whileLocked(async () => {
        const asked = world.acme.ask(QUERY);
        await expect.poll(running, POLL).toBe(1);
        const since = performance.now();
        world.acme.services.openCalls.cutAll(refuse('Contained'));
        expect(await asked).toMatchObject({ status: 403, lines: [{ reason: 'Contained' }] });
        await expect.poll(running, POLL).toBe(0);
        expect(performance.now() - since).toBeLessThan(1_000);
      });
    });

    test('by a quarantine while it is read ends with a line that says so', async () => {
      const response = await world.acme.open(LARGE);
      await once(response, 'readable');
      world.acme.services.openCalls.cutAll(refuse('Contained'));
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
      expect(JSON.parse(text.trim().split('\n').at(-1) ?? '')).toMatchObject({
        error: { reason: 'Contained', sqlState: null },
      });
      expect(text).not.toContain('"done"');
    });

    test('by the time of its tool is refused, and is cancelled', async () => {
      await whileLocked(async () => {
        const answer = await world.acme.ask(QUERY, { tool: 'short' });
        expect(answer).toMatchObject({
          status: 504,
          lines: [{ reason: 'StatementTimedOut', rule: 'spec.tools["short"].maxExecutionSeconds' }],
        });
        await expect.poll(running, POLL).toBe(0);
      });
    });

    test('by the end of its login is refused, and is cancelled', async () => {
      await whileLocked(async () => {
        const asked = world.acme.ask(QUERY);
        await expect.poll(running, POLL).toBe(1);
        world.acme.endLogin();
        expect(await asked).toMatchObject({ status: 403, lines: [{ reason: 'CallCut' }] });
        await expect.poll(running, POLL).toBe(0);
      });
      expect((await world.acme.ask(QUERY)).status).toBe(200);
    });

    test('that writes keeps nothing', async () => {
      const insert =
        'INSERT INTO analytics.orders (tenant_id, id) SELECT $1, n FROM generate_series(100, 5000) n RETURNING note';
      const answer = await world.acme.ask(insert, { tool: 'write', values: ['acme'] });
      expect(answer.lines.at(-1)).toMatchObject({ error: { reason: 'TooManyRows' } });
      const { rows } = await world.admin.query('SELECT 1 FROM analytics.orders WHERE id >= 100');
      expect(rows).toEqual([]);
    });

    describe('while it is committed', () => {
      const INSERT = "INSERT INTO analytics.orders (tenant_id, id, note) VALUES ('acme', 50, $1)";
      test('by the end of the connection may have been kept, which is said', async () => {
        await world.admin.query(`
          CREATE FUNCTION public.at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
            IF NEW.note = 'end' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
            IF NEW.note = 'refuse' THEN RAISE EXCEPTION 'the note is acme1'; END IF;
            RETURN NULL; END $$;
          CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON analytics.orders DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION public.at_commit()`);
        const ended = await world.acme.ask(INSERT, { tool: 'write', values: ['end'] });
        expect(ended).toMatchObject({ status: 500, lines: [{ reason: 'CommitUnknown' }] });
      });

      test('by a constraint is refused, and nothing of it was kept', async () => {
        const refused = await world.acme.ask(INSERT, { tool: 'write', values: ['refuse'] });
        expect(refused).toMatchObject({
          status: 422,
          lines: [{ reason: 'StatementFailed', sqlState: 'P0001' }],
        });
        expect(JSON.stringify(refused)).not.toContain('acme1');
        const { rows } = await world.admin.query('SELECT 1 FROM analytics.orders WHERE id = 50');
        expect(rows).toEqual([]);
      });
    });

    test('not at all, but not read either, holds no more than some bytes of its result', async () => {
      const before = world.acme.received();
      const response = await world.acme.open(LARGE);
      await once(response, 'readable');
      let held = -1;
      // Until nothing more comes from the database.
      await expect
        .poll(
          () => {
            const now = world.acme.received() - before;
            const isStill = now === held;
            held = now;
            return isStill;
          },
          { timeout: 5_000, interval: 200 },
        )
        .toBe(true);
      expect(held).toBeLessThan(16 * 1_048_576);
      expect(world.acme.room.held()).toBe(4 * 1_048_576);
      let bytes = 0;
      for await (const chunk of response) bytes += (chunk as Buffer).length;
      expect(bytes).toBeGreaterThan(100_000_000);
      await expect.poll(() => world.acme.room.held(), POLL).toBe(0);
    });
  },
  { version: 18 },
);
