import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { loadSqlParser } from '../../../src/lib/sql-parser.ts';
import { buildCallPolicy } from '../../build/call-policy.ts';
import type { StartedPostgres } from '../../testbed/postgres/start-postgres.ts';
import { serveTenant, type TenantGateway, toldOf } from './serve-tenant.ts';
import { makeTenantRows, TENANTS } from './tenant-rows.ts';

/** Two tenants whose rows are in one table, each with a gateway of its own. */
export interface StatementWorld {
  readonly acme: TenantGateway;
  readonly globex: TenantGateway;
  /** As the superuser, to the database of the tenants. */
  readonly admin: Client;
}

const SQL = {
  argument: '/query',
  parameters: '/values',
  credential: 'warehouse',
  operations: ['Select'],
  tables: ['analytics.orders'],
};
const COMMON = { executor: 'SQL', capabilities: ['code:sql'], confirmation: { when: 'Never' } };
const MANY = { ...SQL, maxRows: 1_000_000 };
const CHANGES = ['Select', 'Insert', 'Update', 'Delete'];

const TOOLS = [
  { ...COMMON, name: 'read', sql: MANY, maxResponseSize: '1Gi' },
  { ...COMMON, name: 'write', sql: { ...SQL, operations: CHANGES } },
  { ...COMMON, name: 'few', sql: { ...SQL, maxRows: 100 } },
  { ...COMMON, name: 'small', sql: MANY, maxResponseSize: '4Ki' },
  { ...COMMON, name: 'short', sql: MANY, maxResponseSize: '1Gi', maxExecutionSeconds: 1 },
];

/** Registers the hooks; use what it answers only inside tests. */
export function useStatements(postgres: StartedPostgres): StatementWorld {
  const world = {} as { -readonly [Key in keyof StatementWorld]: StatementWorld[Key] };
  beforeAll(async () => {
    const first = await postgres.connect();
    await first.query('CREATE DATABASE warehouse');
    world.admin = await postgres.connect('warehouse');
    await makeTenantRows(world.admin);
    const credentials = [{ name: 'warehouse', databaseLogin: {} }];
    const policy = buildCallPolicy({ tools: TOOLS, credentials }, await loadSqlParser());
    const serve = (tenant: (typeof TENANTS)[number]): Promise<TenantGateway> =>
      serveTenant({ tenant, postgres, admin: world.admin, policy });
    world.acme = await serve('acme');
    world.globex = await serve('globex');
  });
  beforeEach(() => {
    for (const tenant of TENANTS) {
      Object.assign(world[tenant].told, toldOf(tenant, postgres));
      world[tenant].services.written.length = 0;
    }
  });
  afterAll(async () => {
    await Promise.all([world.acme?.stop(), world.globex?.stop()]);
  });
  return world;
}
