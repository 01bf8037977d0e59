import { expect, test } from 'vitest';
import {
  isTenantRole,
  tenantRoleName,
  writerOf,
  writerRoleName,
} from '../../../src/policy/database/role-names.ts';
import { wantedIsolation } from '../../../src/policy/database/wanted-isolation.ts';
import { buildDatabase } from '../../build/database.ts';

const metadata = { name: 'acme', uid: 'b1b5c1de-4c1f-4f3d-9d8e-0d2f6f3b7c01' };

test('a tenant without a database wants none', () => {
  expect(wantedIsolation({ metadata, spec: {} })).toBeNull();
});

test('the names of its roles say nothing of the tenant, and each leads to the other', () => {
  const wanted = wantedIsolation({ metadata, spec: { database: buildDatabase({ tenantValue: '1' }) } });
  const { reader, writer } = wanted?.roles ?? { reader: '', writer: '' };
  expect(reader).toMatch(/^cloister_t_[0-9a-f]{20}$/);
  expect([tenantRoleName(metadata.uid), writerRoleName(metadata.uid)]).toEqual([reader, writer]);
  expect(writerOf(reader)).toBe(writer);
  expect([reader, writer].every(isTenantRole)).toBe(true);
  expect(JSON.stringify(wanted?.roles)).not.toMatch(/acme|b1b5c1de/);
});

test('tables are read with their schema, and trusted logins once each', () => {
  const database = { ...buildDatabase({ tenantValue: '1' }), trustedLogins: ['b', 'a', 'b'] };
  expect(wantedIsolation({ metadata, spec: { database } })).toMatchObject({
    sharing: { tables: [{ schema: 'public', name: 'orders' }], value: '1' },
    trustedLogins: ['a', 'b'],
  });
});

test('a tenant that its schema would refuse is a fault', () => {
  const database = { ...buildDatabase({ tenantValue: '1' }), tenantColumn: undefined };
  expect(() => wantedIsolation({ metadata, spec: { database } })).toThrow(
    'spec.database.tenantColumn is not set',
  );
});
