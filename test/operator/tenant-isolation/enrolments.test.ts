import { expect, test, vi } from 'vitest';
import { createEnrolments } from '../../../src/operator/tenant-isolation/enrolments.ts';
import type { OperatorCaches } from '../../../src/operator/operator-caches.ts';
import { enrolmentLabels } from '../../../src/render/enrolment-labels.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

/** Caches of one kind each, whose subscribers are told by hand. */
function world(expirationTime?: string) {
  const subscribers: (() => void)[] = [];
  const tenant = buildTenantIsolation(({ spec }) => {
    if (expirationTime !== undefined) spec.exemptions = [{ ...EXEMPTION, expirationTime }] as never;
  });
  const cacheOf = (objects: readonly object[]) => ({
    list: vi.fn<() => readonly object[]>(() => objects),
    subscribe: (subscriber: () => void) => void subscribers.push(subscriber),
  });
  const tenants = cacheOf([tenant]);
  const labels = enrolmentLabels('minimal');
  const namespaces = cacheOf([
    { metadata: { name: 'minimal-agents', labels } },
    { metadata: { name: 'not-listed', labels } },
    { metadata: { name: 'others', labels: enrolmentLabels('other') } },
  ]);
  const caches = { tenants, roles: cacheOf([]), namespaces } as unknown as OperatorCaches;
  const time = { now: NOW };
  const enrolments = createEnrolments(caches, { now: () => time.now });
  const changed = (): void => subscribers.forEach((subscriber) => subscriber());
  return { enrolments, time, changed, plans: () => tenants.list.mock.calls.length };
}

const EXEMPTION = {
  namespace: 'minimal-agents',
  serviceAccount: 'legacy',
  images: [`sha256:${'a'.repeat(64)}`],
  checks: ['dns'],
  reason: 'moves in spring',
};

test('only namespaces that a tenant lists and that carry its label are its own', () => {
  const { enrolments } = world();
  expect(enrolments.namespacesOf('minimal')).toEqual(['minimal-agents']);
  expect(enrolments.namespacesOf('other')).toEqual([]);
});

test('one plan serves every tenant until a cache changes', () => {
  const { enrolments, changed, plans } = world();
  const first = enrolments.plan();
  expect(enrolments.plan()).toBe(first);
  enrolments.namespacesOf('minimal');
  expect(plans()).toBe(1);
  changed();
  expect(enrolments.plan()).not.toBe(first);
  expect(plans()).toBe(2);
});

test('is planned again when an exemption ends', () => {
  const { enrolments, time, plans } = world('2026-11-23T12:00:30Z');
  enrolments.plan();
  time.now = NOW + 29_999;
  enrolments.plan();
  expect(plans()).toBe(1);
  time.now = NOW + 30_000;
  enrolments.plan();
  expect(plans()).toBe(2);
  time.now = NOW + 86_400_000;
  enrolments.plan();
  expect(plans()).toBe(2);
});
