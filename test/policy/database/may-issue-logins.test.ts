import { expect, test } from 'vitest';
import type { TenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { mayIssueLogins } from '../../../src/policy/database/may-issue-logins.ts';

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
  ['was not tried', tenantThat('Unknown', 'NotTried', PROVEN_BEFORE), false],
  ['reached something', tenantThat('False', 'Reached', PROVEN_BEFORE), false],
  ['has findings', tenantThat('False', 'FindingsFound', PROVEN_BEFORE), false],
  ['is claimed by another tenant', tenantThat('False', 'Conflict', PROVEN_BEFORE), false],
  ['would break something', tenantThat('False', 'PlanRefused', PROVEN_BEFORE), false],
  ['cannot be set up', tenantThat('Unknown', 'AdminRefused', PROVEN_BEFORE), false],
  ['has no status', { ...tenantThat('True', 'Proven'), status: undefined } as TenantIsolation, false],
  ['has no condition', { ...tenantThat('True', 'Proven'), status: {} } as TenantIsolation, false],
  [
    'has no database',
    { ...tenantThat('True', 'Proven'), spec: {} as TenantIsolation['spec'] } as TenantIsolation,
    false,
  ],
] as const)('logins of a tenant whose isolation %s are issued or not', ([, tenant, expected]) => {
  expect(mayIssueLogins(tenant)).toBe(expected);
});
