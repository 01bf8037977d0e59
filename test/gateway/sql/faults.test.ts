import { expect, test } from 'vitest';
import { describePostgres } from '../../testbed/postgres/use-postgres.ts';
import { freePort } from '../../testbed/free-port.ts';
import { createTestAuthority } from '../../testbed/node/certificates.ts';
import type { Told } from './serve-tenant.ts';
import { useStatements } from './use-statements.ts';

/** Has the host of the database another address. What the gateway knows of another name stays. */
function moveTo(told: Told, address: string): void {
  told.address = address;
  const { database } = told.tenant;
  if (database) database.connection.host = `${address.replaceAll('.', '-')}.example.com`;
}

describePostgres(
  'a database that cannot be asked',
  (postgres) => {
    const world = useStatements(postgres);
    const QUERY = 'SELECT id FROM analytics.orders ORDER BY id';
    const fresh = async (): Promise<void> => {
      world.acme.endLogin();
      await world.acme.world.close();
    };

    test.for<[string, string, (told: Told) => Promise<void> | void]>([
      [
        'is not isolated',
        'DatabaseNotIsolated',
        (told) => void (told.tenant = { ...told.tenant, databaseLogins: 'Withheld' }),
      ],
      [
        'is not said to be isolated',
        'DatabaseNotIsolated',
        (told) => void (told.tenant = { database: told.tenant.database }),
      ],
      [
        'is not declared',
        'DatabaseNotIsolated',
        (told) => void (told.tenant = { database: undefined, databaseLogins: 'Issued' }),
      ],
      ['has the address of metadata', 'AddressNotAllowed', (told) => moveTo(told, '169.254.169.254')],
      ['has the address of the gateway itself', 'AddressNotAllowed', (told) => moveTo(told, '127.0.0.1')],
    ])('is refused before a login is made where it %s', async ([, reason, change]) => {
      await fresh();
      const before = world.acme.user();
      await change(world.acme.told);
      const { status, lines } = await world.acme.ask(QUERY);
      expect(lines).toMatchObject([{ reason }]);
      expect(status).toBe(reason === 'AddressNotAllowed' ? 403 : 503);
      expect([world.acme.user(), world.acme.world.pool.open()]).toEqual([before, 0]);
    });

    test.for<[string, (told: Told) => Promise<void>]>([
      ['nothing listens', async (told) => void (told.port = await freePort())],
      [
        'it is another server than its authority says',
        async ({ tenant: { database } }) => {
          const { certificate } = await createTestAuthority();
          if (database) database.connection.caBundle = Buffer.from(certificate).toString('base64');
        },
      ],
      [
        'its certificate is for another host',
        async ({ tenant: { database } }) => {
          if (database) database.connection.host = 'other.example.com';
        },
      ],
      [
        'it does not exist there',
        async ({ tenant: { database } }) => {
          if (database) database.connection.database = 'nothing';
        },
      ],
    ])('is unreachable where %s, and nothing of it is told', async ([, change]) => {
      await fresh();
      await change(world.acme.told);
      const { status, lines } = await world.acme.ask(QUERY);
      expect({ status, lines }).toMatchObject({ status: 503, lines: [{ reason: 'DatabaseUnreachable' }] });
      expect(JSON.stringify(lines)).not.toMatch(/example\.com|nothing|10\.0\.0\.7|v-\d/);
      expect(world.acme.world.pool.open()).toBe(0);
    });

    test('is unreachable where the login is gone', async () => {
      await fresh();
      expect((await world.acme.ask(QUERY)).status).toBe(200);
      await world.acme.world.close();
      await world.admin.query(`DROP ROLE "${world.acme.user()}"`);
      expect(await world.acme.ask(QUERY)).toMatchObject({
        status: 503,
        lines: [{ reason: 'DatabaseUnreachable' }],
      });
    });

    test('is asked again after a restart, on a new session', async () => {
      await fresh();
      expect((await world.acme.ask(QUERY)).status).toBe(200);
      await postgres.restart('SIGQUIT');
      expect((await world.acme.ask(QUERY)).lines.slice(1, 4)).toEqual([[1], [2], [3]]);
    });
  },
  { version: 18 },
);
