import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Client } from 'pg';
import { tenantRoleName } from '../../src/policy/database/role-names.ts';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { connectDatabase } from '../testbed/vault/connect-database.ts';
import { type StartedVault, startVault } from '../testbed/vault/start-vault.ts';
import { ACME, ACME_EAST, type StolenLogin, useLogins } from './use-logins.ts';

let vault: StartedVault;
beforeAll(async () => {
  vault = await startVault();
  await vault.root('POST', 'sys/mounts/database', { type: 'database' });
}, 900_000);
afterAll(() => vault.stop());

const NOTHING = { roles: 0, sessions: 0 };

/** What an agent does with its login before it is taken away, in sessions that stay open. */
const ATTACKS: Readonly<Record<string, (login: StolenLogin) => Promise<unknown>>> = {
  'reads in five sessions, each in an open transaction': async ({ connect }) => {
    for (let count = 0; count < 5; count += 1) await (await connect()).query('BEGIN; TABLE acme.ledger');
  },
  'locks its own role': async ({ connect }) =>
    (await connect()).query("BEGIN; ALTER ROLE CURRENT_USER PASSWORD 'mine'"),
  'changes its own role for ever': async ({ connect }) => {
    const session = await connect();
    await session.query("ALTER ROLE CURRENT_USER PASSWORD 'mine'");
    await session.query("BEGIN; ALTER ROLE CURRENT_USER SET work_mem = '64kB'");
  },
  'owns temporary tables': async ({ connect }) =>
    (await connect()).query('CREATE TEMP TABLE mine (a int); BEGIN; INSERT INTO mine VALUES (1)'),
  'owns large objects': async ({ connect }) => (await connect()).query('SELECT lo_create(0); BEGIN'),
  'owns default privileges': async ({ connect }) =>
    (await connect()).query('ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC; BEGIN'),
  'owns a temporary table in another database': async ({ connect }) =>
    (await connect('beside')).query('CREATE TEMP TABLE mine (a int)'),
  'locks a table that it reads, and listens': async ({ connect }) =>
    (await connect()).query(
      'LISTEN channel; BEGIN; SELECT pg_advisory_lock(1); LOCK TABLE acme.ledger IN ACCESS SHARE MODE',
    ),
  'does not end a query': async ({ connect }) => {
    const session = await connect();
    session.query('SELECT pg_sleep(600)').catch(() => undefined);
  },
};

describeEachPostgres(
  'a login that Vault makes',
  (postgres) => {
    const logins = useLogins(() => vault, postgres);

    test('reads what is its tenant’s, and nothing of another whose name begins like it', async () => {
      const [one, other] = [await logins.steal('reads'), await logins.steal('reads', ACME_EAST)];
      const session = await one.connect();
      expect((await session.query('TABLE acme.ledger')).rowCount).toBe(1);
      await expect(session.query('TABLE "acme-east".ledger')).rejects.toMatchObject({ code: '42501' });
      expect(one.user).not.toMatch(/acme|reads/);
      await logins.revoke(one.role);
      expect((await (await other.connect()).query('TABLE "acme-east".ledger')).rowCount).toBe(1);
      await logins.revoke(other.role);
    });

    test.for(Object.entries(ATTACKS))(
      'is gone with its sessions though its agent %s',
      async ([name, attack]) => {
        const sandbox = name.replaceAll(/[^a-z]+/g, '-');
        const login = await logins.steal(sandbox);
        await attack(login);
        expect((await logins.left(sandbox)).sessions).toBeGreaterThan(0);
        expect(await logins.revoke(login.role)).toMatchObject({ status: 204 });
        expect(await logins.left(sandbox)).toEqual(NOTHING);
        expect(await logins.homeless()).toBe(0);
        expect(await logins.leases(login.role)).toEqual([]);
        await expect(login.connect()).rejects.toThrow();
      },
    );

    test('is gone for good though its agent connects again and again', async () => {
      for (let round = 0; round < 3; round += 1) {
        const login = await logins.steal('again');
        const over = new AbortController();
        const loops = Array.from({ length: 4 }, async () => {
          while (!over.signal.aborted) await login.connect().then(lock, () => undefined);
        });
        await vi.waitFor(async () => expect((await logins.left('again')).sessions).toBeGreaterThan(0));
        expect(await logins.revoke(login.role)).toMatchObject({ status: 204 });
        expect(await logins.left('again')).toEqual(NOTHING);
        over.abort();
        await Promise.all(loops);
        expect(await logins.homeless()).toBe(0);
      }
    });

    test.for([
      ['the login', ({ user }: StolenLogin) => `DROP ROLE "${user}"`],
      [
        'its membership',
        ({ user }: StolenLogin) =>
          `REVOKE "${tenantRoleName(ACME.uid)}" FROM "${user}" GRANTED BY "vault_acme-${postgres.version}"`,
      ],
    ] as const)('is revoked though somebody has already taken away %s', async ([, statement]) => {
      const admin = await logins.admin();
      const login = await logins.steal('taken');
      await admin.query(statement(login));
      expect(await logins.revoke(login.role)).toMatchObject({ status: 204 });
      expect(await logins.left('taken')).toEqual(NOTHING);
    });

    test('is made and revoked by a login of Vault that inherits the roles from that of the operator, which Vault rotates', async () => {
      const admin = await logins.admin();
      const [connection, reader] = [`apart-${postgres.version}`, tenantRoleName('apart')];
      await admin.query("CREATE ROLE cloister_admin LOGIN CREATEROLE PASSWORD 'first'");
      const roles = ['cloister_admin'];
      const user = await connectDatabase(vault, postgres, { connection, tenant: 'apart', roles });
      await admin.query(`GRANT cloister_admin TO "${user}" WITH ADMIN TRUE, INHERIT TRUE, SET FALSE`);
      const operator = await postgres.connect('postgres', 'cloister_admin', 'first');
      await operator.query(`CREATE ROLE "${reader}" NOLOGIN`);
      const rotated = { db_name: connection, username: 'cloister_admin', rotation_period: '720h' };
      await vault.root('POST', `database/config/${connection}`, { allowed_roles: ['*'] });
      expect((await vault.root('POST', 'database/static-roles/admin', rotated)).status).toBe(204);
      const { data } = await vault.root('GET', 'database/static-creds/admin');
      await postgres.connect('postgres', 'cloister_admin', String(data['password']));
      const login = await logins.steal('inherits', { tenant: 'apart', uid: 'apart' });
      await (await login.connect()).query('SELECT 1');
      expect((await logins.revoke(login.role)).status).toBe(204);
      expect(await logins.left('inherits')).toEqual(NOTHING);
      await vault.root('DELETE', 'database/static-roles/admin');
    });

    test('leaves the sessions of others alone, also those of a sandbox whose name begins like it', async () => {
      const [gone, kept] = [await logins.steal('job'), await logins.steal('job-2')];
      const session = await kept.connect();
      await logins.revoke(gone.role);
      expect((await session.query('TABLE acme.ledger')).rowCount).toBe(1);
      expect(await logins.leases(kept.role)).toHaveLength(1);
      await logins.revoke(kept.role);
    });

    test('does not hold up another tenant, nor a sandbox of its own for more than a few seconds', async () => {
      const login = await logins.steal('slow');
      const admin = await logins.admin();
      // As only the superuser can: nobody ends this session.
      await admin.query(`BEGIN; ALTER ROLE "${login.user}" PASSWORD 'x'`);
      const started = performance.now();
      const revoking = logins.revoke(login.role);
      const other = await logins.steal('quick', ACME_EAST);
      expect(performance.now() - started).toBeLessThan(900);
      expect((await revoking).status).toBe(400);
      expect(performance.now() - started).toBeLessThan(5_000);
      await admin.query('ROLLBACK');
      expect((await logins.revoke(login.role)).status).toBe(204);
      await logins.revoke(other.role);
    });
  },
  { settings: { max_prepared_transactions: '5' } },
);

/** What one session of an agent does as soon as it has one. */
async function lock(session: Client): Promise<void> {
  await session.query("BEGIN; ALTER ROLE CURRENT_USER PASSWORD 'mine'").catch(() => undefined);
}
