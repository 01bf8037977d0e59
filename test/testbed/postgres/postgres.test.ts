import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { startPostgres } from './start-postgres.ts';
import { describeEachPostgres, describePostgres } from './use-postgres.ts';

const source = JSON.stringify(new URL('start-postgres.ts', import.meta.url).href);

// Whoever is killed while one session sleeps and another computes. A session is a process group of its own.
const PARENT = `
const { startPostgres } = await import(${source});
const { folder, pid, connect } = await startPostgres({ version: 18 });
const processes = [pid];
for (const statement of ['SELECT pg_sleep(600)', 'SELECT count(*) FROM (SELECT generate_series(1, 1e12)) AS many']) {
  const client = await connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  processes.push(rows[0].pid);
  client.query(statement).catch(() => undefined);
}
console.log(JSON.stringify({ folder, processes }));
`;

describeEachPostgres('the testbed of PostgreSQL', (postgres) => {
  test('is the version that was asked for, and empty', async () => {
    const client = await postgres.connect();
    const { rows } = await client.query('SELECT current_setting($1) AS version', ['server_version']);
    expect(rows).toEqual([{ version: expect.stringMatching(new RegExp(`^${postgres.version}\\.`)) }]);
    const tables = await client.query(
      "SELECT FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    expect(tables.rowCount).toBe(0);
  });

  test('speaks TLS 1.3 under a certificate of its own authority', async () => {
    const client = await postgres.connect();
    const { rows } = await client.query('SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    expect(rows).toEqual([{ ssl: true, version: 'TLSv1.3' }]);
  });

  test('refuses a connection without TLS', async () => {
    const { host, port, adminUser: user, adminPassword: password } = postgres;
    const client = new Client({ host, port, user, password, database: 'postgres', ssl: false });
    await expect(client.connect()).rejects.toMatchObject({ code: '28000' });
  });

  test('refuses another password', async () => {
    await expect(postgres.connect('postgres', 'postgres', 'wrong')).rejects.toMatchObject({ code: '28P01' });
  });

  test('does not run as root', () => {
    const status = readFileSync(`/proc/${postgres.pid}/status`, 'utf8');
    const [, user = '', groups] = /^Uid:\t(\d+)[^]*^Groups:\t(.*)$/m.exec(status) ?? [];
    expect(Number(user)).toBeGreaterThan(0);
    if (process.getuid?.() === 0) expect(groups?.trim()).toBe('');
  });

  test.for(['SIGINT', 'SIGQUIT'] as const)(
    'keeps its data and port when it is restarted by %s',
    async (signal) => {
      const name = `kept_${signal.toLowerCase()}`;
      const before = await postgres.connect();
      await before.query(`CREATE TABLE ${name} ()`);
      const cut = expect(before.query('SELECT pg_sleep(60)')).rejects.toThrow(/terminat|ECONNRESET/);
      await postgres.restart(signal);
      await cut;
      const after = await postgres.connect();
      expect((await after.query(`SELECT FROM ${name}`)).rowCount).toBe(0);
    },
  );
});

describePostgres(
  'a standby',
  (postgres) => {
    test('can be read and not written', async () => {
      const client = await postgres.connect();
      expect((await client.query('SELECT pg_is_in_recovery() AS recovers')).rows).toEqual([
        { recovers: true },
      ]);
      await expect(client.query('CREATE TABLE one ()')).rejects.toMatchObject({ code: '25006' });
    });
  },
  { version: 18, isStandby: true },
);

describePostgres(
  'a server that was stopped',
  () => {
    test('leaves no process, port or folder', async () => {
      const { pid, port, folder, stop } = await startPostgres({ version: 18 });
      await stop();
      expect(existsSync(`/proc/${pid}`)).toBe(false);
      expect(existsSync(folder)).toBe(false);
      const socket = connect(port, '127.0.0.1');
      const error = await new Promise((resolve) => void socket.once('error', resolve));
      expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    });

    test('leaves nothing that runs, also where its parent was killed', { timeout: 60_000 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', PARENT], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const line = await new Promise<string>((resolve) => {
        createInterface({ input: child.stdout }).once('line', resolve);
      });
      const { folder, processes } = JSON.parse(line) as { folder: string; processes: number[] };
      const left = (): number[] => processes.filter((pid) => existsSync(`/proc/${pid}`));
      expect(left()).toHaveLength(3);
      child.kill('SIGKILL');
      await expect.poll(left, { timeout: 20_000 }).toEqual([]);
      await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(false);
    });
  },
  { version: 18 },
);
