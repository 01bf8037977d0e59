import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { ADMIN_BINDING, buildDatabase } from '../../build/database.ts';
import { minimalTenantIsolation } from '../../build/tenant-isolation.ts';
import { describePostgres } from '../../testbed/postgres/use-postgres.ts';
import { runCommand } from '../run-command.ts';

type Database = NonNullable<TenantIsolation['spec']['database']>;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloister-plan-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const tenant = (name: string, database: Partial<Database> | null) => ({
  ...minimalTenantIsolation,
  metadata: { name },
  spec: {
    ...minimalTenantIsolation.spec,
    namespaces: [{ ...minimalTenantIsolation.spec.namespaces[0], name: `${name}-agents` }],
    credentials: [ADMIN_BINDING],
    ...(database === null ? {} : { database: buildDatabase(database) }),
  },
});

/** Writes tenants into a file, one document each. */
async function write(...tenants: readonly object[]): Promise<string> {
  const path = join(folder, 'tenants.yaml');
  await writeFile(path, tenants.map((one) => JSON.stringify(one)).join('\n---\n'));
  return path;
}

const plan = (...flags: readonly string[]) => runCommand(['isolation', 'plan', ...flags]);

describe('what cannot be planned is refused by what is wrong with it', () => {
  test.for([
    ['no tenant has a database', [tenant('acme', null)], [], 'no TenantIsolation has spec.database'],
    [
      'two have one',
      [tenant('acme', {}), tenant('globex', {})],
      [],
      'acme, globex; choose one with --tenant',
    ],
    [
      'the tenant is not there',
      [tenant('acme', {})],
      ['--tenant', 'globex'],
      'there is no TenantIsolation "globex"',
    ],
    ['the tenant has none', [tenant('acme', null)], ['--tenant', 'acme'], 'has no spec.database'],
    [
      'the address is a name',
      [tenant('acme', {})],
      ['--connect', 'localhost:1'],
      '--connect is "localhost:1"; must be',
    ],
    [
      'there is no login file',
      [tenant('acme', {})],
      ['--login-file', '/nowhere'],
      '--login-file /nowhere cannot be read',
    ],
  ] as const)('%s', async ([, tenants, flags, message]) => {
    const result = await plan('-f', await write(...tenants), ...flags);
    expect([result.code, result.out]).toEqual([2, '']);
    expect(result.error).toContain(message);
  });

  test('a file without a password', async () => {
    const login = join(folder, 'half.txt');
    await writeFile(login, 'postgres\n');
    const { code, error } = await plan('-f', await write(tenant('acme', {})), '--login-file', login);
    expect([code, error]).toEqual([2, expect.stringContaining('the password in its second')]);
  });
});

describePostgres(
  'of a tenant',
  (postgres) => {
    let login: string;
    const query = async (text: string): Promise<readonly object[]> => {
      const client = await postgres.connect('crm');
      const { rows } = await client.query<object>(text);
      await client.end();
      return rows;
    };
    const connection = () => ({
      ...buildDatabase().connection,
      port: postgres.port,
      caBundle: Buffer.from(postgres.authority).toString('base64'),
    });
    const run = (file: string, ...flags: readonly string[]) =>
      plan('-f', file, '--login-file', login, '--connect', `127.0.0.1:${postgres.port}`, ...flags);

    beforeAll(async () => {
      login = join(folder, 'login.txt');
      await writeFile(login, `${postgres.adminUser}\n${postgres.adminPassword}\n`);
      const client = await postgres.connect();
      await client.query('CREATE DATABASE crm');
      await client.end();
      await query('CREATE ROLE app LOGIN');
      await query(
        'CREATE TABLE public.orders (tenant_id integer NOT NULL, id bigint, PRIMARY KEY (tenant_id, id))',
      );
      await query('ALTER TABLE public.orders OWNER TO app');
    });

    test('every statement is printed, and nothing is changed', async () => {
      const file = await write(tenant('acme', { connection: connection(), trustedLogins: ['app'] }));
      const { code, out, error } = await run(file);
      expect([code, error]).toEqual([0, '']);
      expect(out).toContain('-- table public.orders\nBEGIN;\n');
      expect(out).toContain('FORCE ROW LEVEL SECURITY');
      expect(out).toMatch(/-- plan: TenantIsolation acme: \d+ statements in \d+ transactions, 0 refused/);
      expect(out).not.toContain(postgres.adminPassword);
      expect(await query("SELECT 1 FROM pg_roles WHERE rolname ~ '^cloister_'")).toEqual([]);
    });

    test('what would break for the application that owns the table is refused, with a name', async () => {
      const { code, out } = await run(await write(tenant('acme', { connection: connection() })));
      expect(code).toBe(1);
      expect(out).toMatch(/^-- refused: .*app/m);
      expect(out).not.toContain('BEGIN;');
    });

    test('what another tenant of the input declares is a conflict', async () => {
      const shared = { connection: connection(), trustedLogins: ['app'] };
      const file = await write(tenant('acme', shared), tenant('globex', shared));
      const { code, out } = await run(file, '--tenant', 'globex', '-o', 'json');
      expect(code).toBe(1);
      expect(JSON.parse(out)).toMatchObject({
        tenant: 'globex',
        refusals: [{ reason: 'Conflict' }],
        transactions: [],
      });
    });

    test('a server that refuses the login is told, and the password is not', async () => {
      await writeFile(login, `${postgres.adminUser}\nwrong-password\n`);
      const file = await write(tenant('acme', { connection: connection() }));
      const { code, error } = await run(file);
      expect(code).toBe(2);
      expect(error).toContain('database "crm" at "database.example.com"');
      expect(error).not.toContain('wrong-password');
    });
  },
  { version: 18 },
);
