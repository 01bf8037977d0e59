import { describe, expect, test } from 'vitest';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import {
  evaluateTenantIsolation,
  type TenantSurroundings,
} from '../../../src/policy/tenants/evaluate-tenant-isolation.ts';
import { DIGEST } from '../../build/pod.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

const evaluate = (tenant: TenantIsolation, around: Partial<TenantSurroundings> = {}) =>
  evaluateTenantIsolation(tenant, {
    otherTenantsOf: () => [],
    exemptible: new Set(['dns', 'termination']),
    now: NOW,
    before: null,
    ...around,
  }).map(({ field, found, required }) => `${field} is ${found}; it ${required}`);

const exemption = (expirationTime: string) => ({
  namespace: 'minimal-agents',
  serviceAccount: 'agent',
  images: [DIGEST],
  checks: ['dns'],
  reason: 'It is being moved.',
  expirationTime,
});

const withExemptions = (...exemptions: ReturnType<typeof exemption>[]): TenantIsolation =>
  buildTenantIsolation(({ spec }) => {
    spec.exemptions = exemptions;
  });

describe('namespaces', () => {
  const tenant = buildTenantIsolation(({ spec }) => {
    const quota = { sandboxes: 1, hard: {} };
    spec.namespaces = ['a', 'b', 'c'].map((name) => ({ name, quota }));
  });

  test('each that other tenants list is refused, and all of them are named', () => {
    const others: Readonly<Record<string, readonly string[]>> = { b: ['globex'], c: ['globex', 'initech'] };
    expect(evaluate(tenant, { otherTenantsOf: (namespace) => others[namespace] ?? [] })).toEqual([
      'spec.namespaces[1].name is "b"; it must not be listed by another tenant, and "globex" lists it',
      'spec.namespaces[2].name is "c"; it must not be listed by another tenant, and "globex", "initech" lists it',
    ]);
  });

  test('those that no other tenant lists are its own', () => {
    expect(evaluate(tenant)).toEqual([]);
  });
});

describe('exemptions', () => {
  const ended = exemption('2026-03-01T12:00:00Z');

  test('one that ends a second from now is accepted, and one that ends now is not', () => {
    expect(evaluate(withExemptions(exemption('2026-03-01T12:00:01Z')))).toEqual([]);
    expect(evaluate(withExemptions(ended))).toEqual([
      'spec.exemptions[0].expirationTime is "2026-03-01T12:00:00Z"; it must be in the future',
    ]);
  });

  test('one whose end cannot be read is not accepted', () => {
    expect(evaluate(withExemptions(exemption('2026-13-01T12:00:00Z')))).toHaveLength(1);
  });

  test('one that has ended since may stay as it is', () => {
    expect(evaluate(withExemptions(ended), { before: withExemptions(ended) })).toEqual([]);
  });

  test.for([
    ['of a tenant that had none', withExemptions()],
    ['where another of the same end is kept', withExemptions({ ...ended, serviceAccount: 'other' })],
    ['where it had a later end', withExemptions({ ...ended, expirationTime: '2026-04-01T12:00:00Z' })],
    ['where it was of other checks', withExemptions({ ...ended, checks: ['termination'] })],
  ] as const)('one that has ended is not added, %s', ([, before]) => {
    expect(evaluate(withExemptions(ended), { before })).toEqual([
      'spec.exemptions[0].expirationTime is "2026-03-01T12:00:00Z"; it must be in the future',
    ]);
  });

  test('each of several is evaluated: the second names a check that has no exemptions', () => {
    const future = exemption('2027-01-01T00:00:00Z');
    const tenant = withExemptions(future, { ...future, checks: ['dns', 'privileged', 'role'] });
    expect(evaluate(tenant)).toEqual([
      'spec.exemptions[1].checks is "privileged"; it must be of dns, termination',
      'spec.exemptions[1].checks is "role"; it must be of dns, termination',
    ]);
  });

  test('what has ended may not be kept with a check that has no exemptions', () => {
    const bad = withExemptions({ ...ended, checks: ['privileged'] });
    expect(evaluate(bad, { before: bad })).toHaveLength(1);
  });
});

describe('a shadow', () => {
  const shadow = (untilTime: string, startTime?: string): TenantIsolation =>
    buildTenantIsolation((tenant) => {
      tenant.spec.shadow = { roles: ['minimal'], untilTime };
      if (startTime !== undefined) tenant.status = { shadow: { startTime } };
    });
  const recorded = (startTime: string): TenantIsolation =>
    buildTenantIsolation((tenant) => {
      tenant.status = { shadow: { startTime } };
    });
  const latest = (time: string) =>
    expect.stringContaining(`it must be at most ${time}: a shadow ends at most 14 days after it began`);

  test('that is new ends at most 14 days from now', () => {
    expect(evaluate(shadow('2026-03-15T12:00:00Z'))).toEqual([]);
    expect(evaluate(shadow('2026-03-15T12:00:00.001Z'))).toEqual([latest('2026-03-15T12:00:00Z')]);
    expect(evaluate(shadow('2026-03-15T12:00:00Z'), { before: buildTenantIsolation() })).toEqual([]);
  });

  test('ends at most 14 days after its recorded start, however often it is prolonged', () => {
    const before = shadow('2026-03-01T13:00:00Z', '2026-02-20T00:00:00Z');
    expect(evaluate(shadow('2026-03-06T00:00:00Z'), { before })).toEqual([]);
    expect(evaluate(shadow('2026-03-06T00:00:01Z'), { before })).toEqual([latest('2026-03-06T00:00:00Z')]);
  });

  test('that was removed and is set again counts from the recorded start', () => {
    const before = recorded('2026-02-20T00:00:00Z');
    expect(evaluate(shadow('2026-03-06T00:00:00Z'), { before })).toEqual([]);
    expect(evaluate(shadow('2026-03-06T00:00:01Z'), { before })).toEqual([latest('2026-03-06T00:00:00Z')]);
  });

  test('does not count from a start that its author wrote', () => {
    const forged = '2098-12-31T00:00:00Z';
    expect(evaluate(shadow('2099-01-01T00:00:00Z', forged))).toEqual([latest('2026-03-15T12:00:00Z')]);
    const before = shadow('2026-03-01T13:00:00Z', '2026-02-20T00:00:00Z');
    expect(evaluate(shadow('2099-01-01T00:00:00Z', forged), { before })).toHaveLength(1);
  });

  test('whose start is not recorded yet may be shortened and not prolonged', () => {
    const before = shadow('2026-03-05T00:00:00Z');
    expect(evaluate(shadow('2026-03-05T00:00:00Z'), { before })).toEqual([]);
    expect(evaluate(shadow('2026-03-02T00:00:00Z'), { before })).toEqual([]);
    expect(evaluate(shadow('2026-03-05T00:00:01Z'), { before })).toEqual([latest('2026-03-05T00:00:00Z')]);
  });

  test('whose recorded start or end cannot be read is not prolonged', () => {
    const before = recorded('2026-13-01T00:00:00Z');
    expect(evaluate(shadow('2026-03-02T00:00:00Z'), { before })).toHaveLength(1);
    expect(evaluate(shadow('2026-13-02T00:00:00Z'))).toHaveLength(1);
    const unreadable = shadow('2026-13-02T00:00:00Z');
    expect(evaluate(shadow('2026-03-02T00:00:00Z'), { before: unreadable })).toHaveLength(1);
  });

  test('that is removed, and none at all, is accepted', () => {
    const before = shadow('2026-03-01T13:00:00Z', '2026-02-20T00:00:00Z');
    expect(evaluate(recorded('2026-02-20T00:00:00Z'), { before })).toEqual([]);
    expect(evaluate(buildTenantIsolation())).toEqual([]);
  });
});
