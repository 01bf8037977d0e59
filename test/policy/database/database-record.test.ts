import { expect, test } from 'vitest';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import {
  isReplaced,
  readRecord,
  wantedRecord,
  writeRecord,
} from '../../../src/policy/database/database-record.ts';
import { ADMIN_BINDING, buildDatabase } from '../../build/database.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

const UID = 'b1b5c1de-4c1f-4f3d-9d8e-0d2f6f3b7c01';

const recordOf = (
  changes: Parameters<typeof buildDatabase>[0] = {},
  tweak: (one: TenantIsolation) => void = () => {},
) => {
  const tenant = buildTenantIsolation((one) => {
    one.metadata.uid = UID;
    one.spec.database = buildDatabase(changes);
    one.spec.credentials = [ADMIN_BINDING];
    tweak(one);
  });
  const record = wantedRecord(tenant);
  if (record === null) throw new Error('the tenant has a database');
  return record;
};

test('what is written is read again', () => {
  const record = recordOf({}, ({ spec }) => (spec.vault = { authMount: 'kubernetes', namespace: 'acme' }));
  expect(readRecord(writeRecord(record))).toEqual({ record });
  expect(record.credential).toEqual(ADMIN_BINDING);
});

test('a tenant without a database wants nothing, and one that does not bind the admin credential wants it without', () => {
  expect(wantedRecord(buildTenantIsolation())).toBeNull();
  expect(recordOf({}, ({ spec }) => (spec.credentials = [])).credential).toBeUndefined();
});

test.for([
  ['no text', undefined, 'not a JSON object'],
  ['no JSON', 'format: 1', 'not a JSON object'],
  ['another format', JSON.stringify({ ...recordOf(), format: 2 }), 'format is 2; this operator knows 1'],
  ['a field more', JSON.stringify({ ...recordOf(), shard: 1 }), 'is not what this operator writes'],
  ['no uid', JSON.stringify({ ...recordOf(), uid: '' }), 'uid is not what this operator writes'],
] as const)('a record with %s is a problem', ([, text, problem]) => {
  expect(readRecord(text)).toEqual({ problem: expect.stringContaining(problem) as string });
});

const { connection } = buildDatabase();

test.for([
  ['another server', recordOf({ connection: { ...connection, host: 'other.example.com' } }), true],
  ['another database', recordOf({ connection: { ...connection, database: 'shop' } }), true],
  ['another value', recordOf({ tenantValue: '2' }), true],
  ['another column', recordOf({ tenantColumn: 'owner' }), true],
  ['another strategy', recordOf({ strategy: 'Database' }), true],
  ['a table less', recordOf({ tables: [] }), true],
  [
    'a tenant that was made again',
    recordOf({}, ({ metadata }) => (metadata.uid = `${UID.slice(0, -1)}2`)),
    true,
  ],
  ['a table more', recordOf({ tables: ['public.customers', 'public.orders'] }), false],
  ['another trusted login', recordOf({ trustedLogins: ['app'] }), false],
  ['another admin credential', recordOf({ connection: { ...connection, adminCredential: 'new' } }), false],
] as const)('with %s, what was set up is taken away first: %s', ([, after, isTaken]) => {
  expect(isReplaced(recordOf(), after)).toBe(isTaken);
});
