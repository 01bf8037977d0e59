import { expect, test } from 'vitest';
import type { CatalogFacts } from '../../../src/policy/database/catalog-facts.ts';
import { findConflicts } from '../../../src/policy/database/find-conflicts.ts';
import { tenantRoleName, writerRoleName } from '../../../src/policy/database/role-names.ts';
import type { Sharing, WantedIsolation } from '../../../src/policy/database/wanted-isolation.ts';

const EMPTY = {
  otherTenants: [],
  schemas: [],
  cloister: null,
  database: { tenants: [] },
} as unknown as CatalogFacts;

function wanted(
  tenant: string,
  sharing: Sharing,
  place: Partial<WantedIsolation['place']> = {},
): WantedIsolation {
  return {
    tenant,
    roles: { reader: tenantRoleName(tenant), writer: writerRoleName(tenant) },
    place: { host: 'database.example.com', port: 5432, database: 'app', ...place },
    sharing,
    canary: null,
    trustedLogins: [],
  };
}

const rows = (value: string, schema = 'public'): Sharing => ({
  strategy: 'RowLevel',
  column: 'tenant_id',
  value,
  tables: [{ schema, name: 'orders' }],
});
const schema = (name: string): Sharing => ({ strategy: 'Schema', schema: name });

test.for([
  ['the same value', wanted('b', rows('1')), true],
  ['another value', wanted('b', rows('2')), false],
  ['the same value in another database', wanted('b', rows('1'), { database: 'other' }), false],
  ['the same value on another server', wanted('b', rows('1'), { host: 'other.example.com' }), false],
  ['the schema of the table', wanted('b', schema('public')), true],
  ['another schema', wanted('b', schema('acme')), false],
  ['the database for itself', wanted('b', { strategy: 'Database' }), true],
  ['another database for itself', wanted('b', { strategy: 'Database' }, { database: 'other' }), false],
  ['the server for itself', wanted('b', { strategy: 'Dedicated' }, { database: 'other' }), true],
  ['the port beside it for itself', wanted('b', { strategy: 'Dedicated' }, { port: 5433 }), false],
] as const)('another tenant that declares %s', ([, other, isConflict]) => {
  const one = wanted('a', rows('1'));
  const found = findConflicts(EMPTY, one, [other]);
  expect(found.map(({ reason, object }) => [reason, object])).toEqual(
    isConflict ? [['Conflict', 'tenant b']] : [],
  );
  // Whichever of them is asked.
  expect(findConflicts(EMPTY, other, [one])).toHaveLength(found.length);
});
