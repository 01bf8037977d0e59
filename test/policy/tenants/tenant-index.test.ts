import { expect, test } from 'vitest';
import { indexTenants } from '../../../src/policy/tenants/tenant-index.ts';
import { buildTenantPolicy } from '../../build/review-context.ts';

const tenant = (name: string, creationTimestamp: string | null, ...namespaces: string[]) =>
  buildTenantPolicy({ name, creationTimestamp, namespaces: new Set(namespaces) });
const older = tenant('older', '2026-01-01T00:00:00Z', 'shared', 'own');
const younger = tenant('younger', '2026-02-01T00:00:00Z', 'shared');

test('a namespace that two tenants list is held by the older one, in whichever order they come', () => {
  for (const tenants of [
    [older, younger],
    [younger, older],
  ]) {
    const index = indexTenants(tenants);
    expect(index.holderOf('shared')).toBe(older);
    expect(index.othersOf('shared', 'older')).toEqual(['younger']);
    expect(index.othersOf('shared', 'younger')).toEqual(['older']);
  }
});

test('a namespace that no tenant lists has no holder', () => {
  const index = indexTenants([younger]);
  expect(index.holderOf('own')).toBeNull();
  expect(index.othersOf('own', 'younger')).toEqual([]);
});

test('a tenant that is not stored yet is younger than every stored one', () => {
  const unstored = tenant('a-name-before-all-others', null, 'shared');
  expect(indexTenants([unstored, younger]).holderOf('shared')).toBe(younger);
  expect(indexTenants([younger, unstored]).holderOf('shared')).toBe(younger);
});

test('of two tenants of the same age the first name holds', () => {
  const [a, b] = [tenant('a', null, 'shared'), tenant('b', null, 'shared')];
  expect(indexTenants([b, a]).holderOf('shared')).toBe(a);
});
