import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import type { OpenDatabaseOptions } from '../../src/postgres/open-database.ts';
import { createTestAuthority } from '../testbed/node/certificates.ts';
import { describeEachPostgres } from '../testbed/postgres/use-postgres.ts';
import { failure, useDatabase } from './use-database.ts';

describeEachPostgres('opening a database', (postgres) => {
  const open = useDatabase(postgres);
  const dial = async (): Promise<Socket> => {
    const socket = connect(postgres.port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const at = (change: Partial<OpenDatabaseOptions['place']>): Partial<OpenDatabaseOptions> => ({
    place: { ...postgres.place(), ...change },
  });
  afterEach(() => vi.unstubAllEnvs());

  test('finds the server by a name that its certificate is for, whatever is dialled', async () => {
    const session = await open({ ...at({ host: 'database.example.com' }), dial });
    expect((await session.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).rows).toEqual([
      { ssl: true },
    ]);
  });

  test.for(['other.example.com', '127.0.0.2', 'example.com'])(
    'refuses a certificate that is not for the host %s',
    async (host) => {
      expect(await failure(open({ ...at({ host }), dial }))).toEqual({
        reason: 'Unreachable',
        message: expect.stringContaining(
          'is not trusted (ERR_TLS_CERT_ALTNAME_INVALID): set the certificate authority',
        ),
      });
    },
  );

  test.for([
    ['of an authority that is not the one set', async () => (await createTestAuthority()).certificate],
    ['of an authority that Node does not trust, where none is set', () => Promise.resolve(null)],
  ] as const)('refuses a certificate %s, also where the environment would not', async ([, authority]) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    vi.stubEnv('PGSSLMODE', 'no-verify');
    const { reason, message } = await failure(open(at({ authority: await authority() })));
    expect([reason, message]).toEqual([
      'Unreachable',
      expect.stringMatching(/certificate of the server is not trusted/),
    ]);
  });

  test('takes nothing from the environment', async () => {
    const variables = {
      PGHOST: '192.0.2.1',
      PGPORT: '1',
      PGUSER: 'other',
      PGDATABASE: 'other',
      PGPASSWORD: 'other',
      PGSSLMODE: 'disable',
      PGSSLNEGOTIATION: 'direct',
      PGOPTIONS: '-c search_path=other',
      PGAPPNAME: 'other',
      PGREPLICATION: 'database',
      PGCLIENT_ENCODING: 'LATIN1',
      PGBINARY: 'true',
      PGPASSFILE: '/nowhere',
      PGCONNECT_TIMEOUT: '1',
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const session = await open();
    const { rows } = await session.query(
      `SELECT current_user::text AS "user", current_database()::text AS database, current_setting('application_name') AS application,
        current_setting('search_path') AS path, current_setting('client_encoding') AS encoding, 'ü' AS text`,
    );
    expect(rows).toEqual([
      {
        user: 'postgres',
        database: 'postgres',
        application: 'cloister',
        path: '"$user", public',
        encoding: 'UTF8',
        text: 'ü',
      },
    ]);
  });

  test('does not take the password of the environment for one that is not set', async () => {
    vi.stubEnv('PGPASSWORD', postgres.adminPassword);
    const login = { user: 'postgres', password: new Secret('') };
    expect(await failure(open({ login }))).toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining('password of the login is not set'),
    });
  });

  test('holds to its own settings against those of the role', async () => {
    const client = await postgres.connect();
    await client.query(`
      DROP ROLE IF EXISTS settled; CREATE ROLE settled LOGIN PASSWORD 'hunter2';
      ALTER ROLE settled SET standard_conforming_strings = off; ALTER ROLE settled SET statement_timeout = 0;
      ALTER ROLE settled SET client_encoding = 'LATIN1'; ALTER ROLE settled SET datestyle = 'German'`);
    const login = { user: 'settled', password: new Secret('hunter2') };
    const session = await open({
      login,
      statementMilliseconds: 1234,
      settings: { search_path: 'pg_catalog, "a b"' },
    });
    const names = [
      'standard_conforming_strings',
      'statement_timeout',
      'lock_timeout',
      'client_encoding',
      'datestyle',
      'search_path',
    ];
    const { rows } = await session.query(
      'SELECT array_agg(current_setting(name)) AS settings FROM unnest($1::text[]) name',
      [names],
    );
    expect(rows).toEqual([{ settings: ['on', '1234ms', '5s', 'UTF8', 'ISO, MDY', 'pg_catalog, "a b"'] }]);
  });

  test.for([
    [
      'a wrong password',
      { login: { user: 'postgres', password: new Secret('hunter2') } },
      'Refused',
      'check its user, its password and pg_hba.conf (SQLSTATE 28P01)',
    ],
    [
      'an unknown user',
      { login: { user: 'nobody', password: new Secret('hunter2') } },
      'Refused',
      '(SQLSTATE 28P01)',
    ],
    [
      'no user',
      { login: { user: '', password: new Secret('hunter2') } },
      'Invalid',
      'the user of the login is not set',
    ],
    ['a user with NUL', { login: { user: 'a\0b', password: new Secret('hunter2') } }, 'Invalid', 'NUL'],
  ] as const)('refuses %s, and no message holds the password', async ([, options, reason, text]) => {
    expect(await failure(open(options))).toEqual({ reason, message: expect.stringContaining(text) });
  });

  test.for([
    [
      'a database that is not there',
      { database: 'none' },
      'Missing',
      'database "none" at "127.0.0.1", port ',
    ],
    ['no database', { database: '' }, 'Invalid', 'its host or its database is not set'],
    ['no host', { host: '' }, 'Invalid', 'its host or its database is not set'],
    ['an authority without a certificate', { authority: '' }, 'Invalid', 'holds no certificate in PEM'],
    [
      'an authority that cannot be read',
      { authority: '-----BEGIN CERTIFICATE-----\nAA\n' },
      'Unreachable',
      '',
    ],
  ] as const)('refuses %s', async ([, change, reason, text]) => {
    expect(await failure(open(at(change)))).toEqual({ reason, message: expect.stringContaining(text) });
  });

  test('has no connection left for a role', async () => {
    const client = await postgres.connect();
    await client.query(
      "DROP ROLE IF EXISTS single; CREATE ROLE single LOGIN CONNECTION LIMIT 1 PASSWORD 'hunter2'",
    );
    const login = { user: 'single', password: new Secret('hunter2') };
    await open({ login });
    expect(await failure(open({ login }))).toMatchObject({ reason: 'TooManyConnections' });
  });

  test('ends when its signal does, with its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('the agent has gone');
    const opening = open({
      signal: controller.signal,
      dial: async () => {
        controller.abort(reason);
        return dial();
      },
    });
    await expect(opening).rejects.toBe(reason);
    await expect(open({ signal: controller.signal })).rejects.toBe(reason);
  });
});
