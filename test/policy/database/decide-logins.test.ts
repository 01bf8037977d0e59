import { expect, test } from 'vitest';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import type { tenantConditions } from '../../../src/api/tenant-isolation/status.ts';
import { decideLogins, mayHaveLoginRoles } from '../../../src/policy/database/decide-logins.ts';

const DECISIONS: Readonly<Record<keyof typeof tenantConditions.DatabaseIsolated.reasons, readonly string[]>> =
  {
    Proven: ['True', 'Issued'],
    NothingToTry: ['Unknown', 'Issued'],
    Reached: ['False', 'Revoked'],
    FindingsFound: ['False', 'Revoked'],
    Conflict: ['False', 'Revoked'],
    PlanRefused: ['False', 'Withheld'],
    Unreachable: ['Unknown', 'Withheld'],
    AdminRefused: ['Unknown', 'Withheld'],
    NotTried: ['Unknown', 'Withheld'],
  };

test.for(Object.entries(DECISIONS))(
  'of a database that is %s, logins are %s',
  ([reason, [status, logins]]) => {
    expect(decideLogins({ status: status as 'True', reason })).toBe(logins);
  },
);

test('without a condition logins are withheld, and one that does not hold has no reason that lets them be issued', () => {
  expect(decideLogins(undefined)).toBe('Withheld');
  expect(decideLogins({ status: 'False', reason: 'NothingToTry' })).toBe('Withheld');
  expect(decideLogins({ status: 'Unknown', reason: 'Proven' })).toBe('Withheld');
});

type Condition = NonNullable<NonNullable<TenantIsolation['status']>['conditions']>[number];

const database = {} as TenantIsolation['spec']['database'];
const tenantThat = (status: Condition['status'], reason: string, provenTime?: string) =>
  ({
    spec: { database },
    status: {
      conditions: [{ type: 'DatabaseIsolated', status, reason }],
      database: { roleName: 'cloister_t_0', provenTime },
    },
  }) as unknown as TenantIsolation;

const PROVEN_BEFORE = '2026-11-28T12:00:00Z';

test.for([
  ['is proven', tenantThat('True', 'Proven'), true],
  ['has nobody else to reach', tenantThat('Unknown', 'NothingToTry'), true],
  ['cannot be asked, and was proven before', tenantThat('Unknown', 'Unreachable', PROVEN_BEFORE), true],
  ['cannot be asked, and was never proven', tenantThat('Unknown', 'Unreachable'), false],
  ['was not tried again, and was proven before', tenantThat('Unknown', 'NotTried', PROVEN_BEFORE), true],
  ['reached something', tenantThat('False', 'Reached', PROVEN_BEFORE), false],
  ['has findings', tenantThat('False', 'FindingsFound', PROVEN_BEFORE), false],
  ['is claimed by another tenant', tenantThat('False', 'Conflict', PROVEN_BEFORE), false],
  ['would break something by now', tenantThat('False', 'PlanRefused', PROVEN_BEFORE), true],
  ['cannot be set up by now', tenantThat('Unknown', 'AdminRefused', PROVEN_BEFORE), true],
  ['has no status', { ...tenantThat('True', 'Proven'), status: undefined }, false],
  ['has no condition', { ...tenantThat('True', 'Proven'), status: {} }, false],
  ['has no database', { ...tenantThat('True', 'Proven'), spec: {} as TenantIsolation['spec'] }, false],
] as const)(
  'Vault has roles for logins of a tenant whose isolation %s, or has not',
  ([, tenant, expected]) => {
    expect(mayHaveLoginRoles(tenant)).toBe(expected);
  },
);
