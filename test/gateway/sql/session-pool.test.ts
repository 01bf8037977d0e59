import { beforeAll, expect, test } from 'vitest';
import {
  createSessionPool,
  type SessionPool,
  type TakenSession,
  type WantedSession,
} from '../../../src/gateway/sql/session-pool.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { openDatabase } from '../../../src/postgres/open-database.ts';
import { createManualClock } from '../../build/manual-clock.ts';
import { describeEachPostgres } from '../../testbed/postgres/use-postgres.ts';
import { makeLogin, makeTenantRows } from './tenant-rows.ts';

const LIMITS = { maxSessionsPerLogin: 2, maxSessions: 3, idleMilliseconds: 10_000 };
const NEVER = new AbortController().signal;
const POLL = { timeout: 5_000, interval: 20 } as const;

describeEachPostgres('a pool of sessions', (postgres) => {
  beforeAll(async () => makeTenantRows(await postgres.connect()));

  /** A login of a sandbox, and what ends it. */
  const login = async (): Promise<WantedSession & { readonly ending: AbortController }> => {
    const { user, password } = await makeLogin(await postgres.connect(), 'acme');
    const given = { user, password: new Secret(password) };
    const ending = new AbortController();
    const open = (signal: AbortSignal) =>
      openDatabase({ place: postgres.place(), login: given, clock: systemClock, signal });
    return { login: given, ended: ending.signal, ending, open };
  };
  const take = async (pool: SessionPool, wanted: WantedSession): Promise<TakenSession> => {
    const taken = await pool.take(wanted, NEVER);
    if ('effect' in taken) throw new Error(taken.reason);
    return taken;
  };

  test('gives the next call nothing of what one has left in a session', async () => {
    const pool = createSessionPool({ clock: systemClock, limits: LIMITS });
    const wanted = await login();
    const first = await take(pool, wanted);
    const look = `SELECT current_setting('cloister.tenant', true) AS tenant, current_setting('search_path') AS path,
      current_user = session_user AS own, (SELECT count(*)::int FROM pg_prepared_statements) AS prepared,
      (SELECT count(*)::int FROM pg_class WHERE relname = 'left_over') AS tables,
      (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory') AS locks,
      (SELECT count(*)::int FROM pg_listening_channels()) AS channels`;
    const { rows: clean } = await first.session.query(look);
    for (const statement of [
      "SET cloister.tenant = 'globex'",
      'SET search_path = public',
      'SET ROLE reader_acme',
      'PREPARE left_over AS SELECT 1',
      'CREATE TEMP TABLE left_over (n int)',
      'SELECT pg_advisory_lock(1)',
      'LISTEN left_over',
    ])
      await first.session.query(statement);
    expect((await first.session.query(look)).rows).not.toEqual(clean);
    await first.giveBack();
    const second = await take(pool, wanted);
    expect([second.isReused, second.session === first.session]).toEqual([true, true]);
    expect((await second.session.query(look)).rows).toEqual([{ ...clean[0], tenant: '' }]);
    await second.giveBack();
    await pool.close();
  });

  test('does not keep a session that a call has left in a transaction', async () => {
    const pool = createSessionPool({ clock: systemClock, limits: LIMITS });
    const wanted = await login();
    const first = await take(pool, wanted);
    await first.session.query('BEGIN');
    await first.giveBack();
    expect(first.session.isOpen).toBe(false);
    expect((await take(pool, wanted)).isReused).toBe(false);
    await pool.close();
  });

  test('lets a login have so many, and the next wait for one that is given back', async () => {
    const pool = createSessionPool({ clock: systemClock, limits: LIMITS });
    const wanted = await login();
    const [first, second] = [await take(pool, wanted), await take(pool, wanted)];
    const waiting = take(pool, wanted);
    const dropped = take(pool, wanted);
    const gone = new AbortController();
    const left = expect(pool.take(wanted, gone.signal)).rejects.toThrow('gone');
    gone.abort(new Error('gone'));
    await left;
    expect(pool.open()).toBe(2);
    await first.giveBack();
    expect((await waiting).session).toBe(first.session);
    await second.session.close();
    await second.giveBack();
    expect((await dropped).isReused).toBe(false);
    expect(pool.open()).toBe(2);
    await pool.close();
  });

  test('ends the one that is idle for the longest time for another login, and refuses where none is', async () => {
    const pool = createSessionPool({ clock: systemClock, limits: LIMITS });
    const [one, other, third] = [await login(), await login(), await login()];
    const idle = await take(pool, one);
    await idle.giveBack();
    await Promise.all([take(pool, other), take(pool, other), take(pool, third)]);
    expect(idle.session.isOpen).toBe(false);
    expect(await pool.take(third, NEVER)).toMatchObject({ reason: 'Overloaded', retrySeconds: 1 });
    expect(pool.open()).toBe(3);
    await pool.close();
  });

  test('ends a session that nobody uses', async () => {
    const clock = createManualClock(0);
    const pool = createSessionPool({ clock, limits: LIMITS });
    const { session, giveBack } = await take(pool, await login());
    await giveBack();
    await clock.advance(LIMITS.idleMilliseconds - 1);
    expect(session.isOpen).toBe(true);
    await clock.advance(1);
    expect([session.isOpen, pool.open()]).toEqual([false, 0]);
  });

  test('ends every session of a login that ends, those in use included', async () => {
    const pool = createSessionPool({ clock: systemClock, limits: LIMITS });
    const wanted = await login();
    const [used, idle] = [await take(pool, wanted), await take(pool, wanted)];
    await idle.giveBack();
    const running = expect(used.session.query('SELECT pg_sleep(60)')).rejects.toThrow('ended');
    wanted.ending.abort(new Error('ended'));
    await running;
    await used.giveBack();
    expect([used.session.isOpen, idle.session.isOpen, pool.open()]).toEqual([false, false, 0]);
    await expect(pool.take(wanted, NEVER)).rejects.toThrow('ended');
    const admin = await postgres.connect();
    const left = async () =>
      (await admin.query('SELECT 1 FROM pg_stat_activity WHERE usename = $1', [wanted.login.user])).rows;
    await expect.poll(left, POLL).toEqual([]);
  });

  test('keeps no place for a session that cannot be opened', async () => {
    const pool = createSessionPool({ clock: systemClock, limits: LIMITS });
    const wanted = await login();
    const refused = { ...wanted, open: () => Promise.reject(new Error('refused')) };
    for (let turn = 0; turn < 3; turn += 1) await expect(take(pool, refused)).rejects.toThrow('refused');
    expect(pool.open()).toBe(0);
  });
});
