import { expect, test } from 'vitest';
import {
  databaseClaims,
  type DatabaseSpec,
  findTenantConflicts,
} from '../../../src/policy/database/find-tenant-conflicts.ts';
import { buildDatabase } from '../../build/database.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

const OLD = '2026-01-01T00:00:00Z';
const YOUNG = '2026-02-01T00:00:00Z';

const claim = (name: string, database: DatabaseSpec, creationTimestamp: string | null = OLD) => ({
  name,
  creationTimestamp,
  database,
});

const at = (changes: Partial<DatabaseSpec['connection']>): DatabaseSpec['connection'] => ({
  ...buildDatabase().connection,
  ...changes,
});

const rows = (changes: Partial<DatabaseSpec> = {}): DatabaseSpec => buildDatabase(changes);
const other = (strategy: DatabaseSpec['strategy'], changes: Partial<DatabaseSpec> = {}): DatabaseSpec =>
  buildDatabase({ strategy, tenantColumn: undefined, tenantValue: undefined, tables: [], ...changes });

/** What the younger one is told of, and null where both can be. */
function conflictOf(older: DatabaseSpec, younger: DatabaseSpec) {
  return (
    findTenantConflicts([claim('younger', younger, YOUNG), claim('older', older)]).get('younger') ?? null
  );
}

test.for([
  ['two tenants with different values of one table', rows(), rows({ tenantValue: '2' })],
  ['one value in two databases', rows(), rows({ connection: at({ database: 'shop' }) })],
  ['one value on two ports', rows(), rows({ connection: at({ port: 5433 }) })],
  ['two schemas', other('Schema', { schema: 'acme' }), other('Schema', { schema: 'globex' })],
  ['a schema and tables of another one', other('Schema', { schema: 'acme' }), rows()],
  ['two databases', other('Database'), other('Database', { connection: at({ database: 'shop' }) })],
  ['two servers', other('Dedicated'), other('Dedicated', { connection: at({ host: 'other.example.com' }) })],
] as const)('%s are no conflict', ([, older, younger]) => {
  expect(conflictOf(older, younger)).toBeNull();
  expect(conflictOf(younger, older)).toBeNull();
});

test.for([
  ['one value of a column', rows(), rows({ tables: ['public.customers'] }), 'tenantValue', '"1"'],
  [
    'one schema',
    other('Schema', { schema: 'acme' }),
    other('Schema', { schema: 'acme' }),
    'schema',
    '"acme"',
  ],
  ['tables in a schema of another', other('Schema', { schema: 'public' }), rows(), 'tables', '"public"'],
  ['a schema with shared tables', rows(), other('Schema', { schema: 'public' }), 'schema', '"public"'],
  ['one database', other('Database'), other('Database'), 'connection.database', '"crm"'],
  ['rows of a database of another', other('Database'), rows(), 'connection.database', '"crm"'],
  ['a database with rows of another', rows(), other('Database'), 'connection.database', '"crm"'],
  [
    'a database on a server of another',
    other('Dedicated'),
    other('Database', { connection: at({ database: 'shop' }) }),
    'connection.host',
    'database.example.com',
  ],
  [
    'a host in capitals and with a dot',
    other('Dedicated'),
    other('Dedicated', { connection: at({ host: 'DATABASE.example.com.' }) }),
    'connection.host',
    'server',
  ],
] as const)('%s is a conflict of the younger tenant', ([, older, younger, field, claimed]) => {
  expect(conflictOf(older, younger)).toEqual({
    holder: 'older',
    field,
    claimed: expect.stringContaining(claimed) as string,
  });
});

test('the older tenant keeps what it has, whatever the order, and a tenant that is not stored yet is the youngest', () => {
  const claims = [
    claim('new', rows(), null),
    claim('b', rows()),
    claim('a', rows()),
    claim('c', rows(), YOUNG),
  ];
  const found = findTenantConflicts(claims);
  expect([...found].map(([name, { holder }]) => [name, holder])).toEqual([
    ['b', 'a'],
    ['c', 'a'],
    ['new', 'a'],
  ]);
});

test('a tenant claims nothing without a database, or with one that an older schema let be stored', () => {
  const older = buildTenantIsolation(({ spec }) => {
    spec.database = rows({ tenantValue: undefined });
  });
  expect(databaseClaims([buildTenantIsolation(), older])).toEqual([]);
});
