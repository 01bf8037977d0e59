import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { WantedIsolation } from '../../src/policy/database/wanted-isolation.ts';
import { createProbeLogin } from '../../src/postgres/probe-login.ts';
import { describePostgres } from '../testbed/postgres/use-postgres.ts';
import { ORDERS, SHARED_TABLES, shareRows } from './shared-tables.ts';
import { type TenantDatabase, useTenantDatabase } from './tenant-database.ts';

/** What docs/tenancy.md says that a login of a tenant still sees of others, and how it would ask. */
const QUESTIONS = {
  'names of roles':
    "EXISTS (SELECT FROM pg_roles WHERE rolname LIKE 'cloister_t_%' AND NOT pg_has_role(oid, 'MEMBER'))",
  'names of databases':
    'EXISTS (SELECT FROM pg_database WHERE datname <> current_database() AND NOT datistemplate)',
  'names of tables': "EXISTS (SELECT FROM pg_class WHERE relname IN ('orders', 'secret'))",
  'numbers of rows': "EXISTS (SELECT FROM pg_class WHERE relname IN ('orders', 'secret') AND reltuples > 3)",
  'values in statistics': "EXISTS (SELECT FROM pg_stats WHERE tablename IN ('orders', 'secret'))",
  sessions: 'EXISTS (SELECT FROM pg_stat_activity WHERE usename <> session_user)',
  statements:
    "EXISTS (SELECT FROM pg_stat_activity WHERE usename <> session_user AND query <> '<insufficient privilege>')",
  'locks on tables':
    "EXISTS (SELECT FROM pg_locks WHERE mode = 'ShareRowExclusiveLock' AND pid <> pg_backend_pid())",
  'advisory locks': 'NOT pg_try_advisory_xact_lock(67)',
} as const;

const SECRET = `CREATE TABLE acme.secret AS SELECT n FROM generate_series(1, 50) n; ANALYZE acme.secret; ALTER TABLE acme.secret OWNER TO app_owner;`;

describePostgres(
  'what a tenant still sees of others',
  (postgres) => {
    const shared = useTenantDatabase(
      postgres,
      `${SHARED_TABLES} CREATE SCHEMA acme AUTHORIZATION app_owner; CREATE SCHEMA other AUTHORIZATION app_owner; ${SECRET}`,
    );
    const own = useTenantDatabase(postgres);

    beforeAll(async () => {
      await own.run(`ALTER DATABASE ${own.name} OWNER TO app_owner`);
      await shared.isolate(shared.want(shareRows(2, [ORDERS])));
      await shared.isolate(shared.want({ strategy: 'Schema', schema: 'acme' }));
      // Somebody else is at work.
      await shared.run(
        'BEGIN; SELECT pg_advisory_xact_lock(67); LOCK TABLE acme.secret IN SHARE ROW EXCLUSIVE MODE',
      );
    });

    async function seenBy(database: TenantDatabase, wanted: WantedIsolation): Promise<readonly string[]> {
      await database.isolate(wanted);
      const session = await database.open(
        await createProbeLogin(database.admin, wanted.roles.reader, randomBytes),
      );
      const columns = Object.entries(QUESTIONS).map(([name, question]) => `${question} AS "${name}"`);
      const { rows } = await session.query<Record<string, boolean>>(`SELECT ${columns.join(', ')}`);
      return Object.keys(QUESTIONS).filter((name) => rows[0]?.[name] === true);
    }

    const SERVER_WIDE = ['names of roles', 'names of databases', 'sessions', 'locks on tables'];

    test('with rows of its own in shared tables', async () => {
      const seen = await seenBy(shared, shared.want(shareRows(1, [ORDERS])));
      expect(new Set(seen)).toEqual(
        new Set([...SERVER_WIDE, 'names of tables', 'numbers of rows', 'advisory locks']),
      );
    });

    test('with a schema of its own', async () => {
      const seen = await seenBy(shared, shared.want({ strategy: 'Schema', schema: 'other' }));
      expect(new Set(seen)).toEqual(
        new Set([...SERVER_WIDE, 'names of tables', 'numbers of rows', 'advisory locks']),
      );
    });

    test('with a database of its own', async () => {
      const seen = await seenBy(own, own.want({ strategy: 'Database' }));
      expect(new Set(seen)).toEqual(new Set(SERVER_WIDE));
    });

    test('a message of NOTIFY is heard by every login of the database, and of no other', async () => {
      const heard: string[] = [];
      for (const { name } of [shared, own]) {
        const client = await postgres.connect(name);
        client.on('notification', ({ payload }) => heard.push(`${name}: ${payload ?? ''}`));
        await client.query('LISTEN channel');
        const sender = await postgres.connect(shared.name);
        await sender.query("NOTIFY channel, 'hello'");
        await client.query('SELECT 1');
        await client.query('SELECT 1');
      }
      expect(new Set(heard)).toEqual(new Set([`${shared.name}: hello`]));
    });
  },
  { version: 18 },
);
