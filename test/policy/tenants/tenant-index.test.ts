import { expect, test } from 'vitest';
import { TenantIndex } from '../../../src/policy/tenants/tenant-index.ts';
import { buildTenantPolicy } from '../../build/review-context.ts';

const older = buildTenantPolicy({ name: 'older', namespaces: new Set(['shared', 'own']) });
const younger = buildTenantPolicy({ name: 'younger', namespaces: new Set(['shared']) });

test('a namespace that two tenants list is held by the older one, whichever is seen first', () => {
  const index = new TenantIndex();
  index.set(younger, '2026-02-01T00:00:00Z');
  expect(index.tenantOf('shared')?.name).toBe('younger');
  index.set(older, '2026-01-01T00:00:00Z');
  expect(index.tenantOf('shared')?.name).toBe('older');
  expect(index.otherTenantsOf('shared', 'older')).toEqual(['younger']);
});

test('a tenant that goes leaves its namespaces to the next, or to nobody', () => {
  const index = new TenantIndex();
  index.set(older, '2026-01-01T00:00:00Z');
  index.set(younger, '2026-02-01T00:00:00Z');
  index.delete('older');
  expect(index.tenantOf('shared')?.name).toBe('younger');
  expect(index.tenantOf('own')).toBeNull();
});

test('a tenant that is changed no longer holds what it no longer lists', () => {
  const index = new TenantIndex();
  index.set(older, '2026-01-01T00:00:00Z');
  index.set(buildTenantPolicy({ name: 'older', namespaces: new Set() }), '2026-01-01T00:00:00Z');
  expect(index.tenantOf('own')).toBeNull();
});
