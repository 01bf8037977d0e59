import { expect, test } from 'vitest';
import type { tenantConditions } from '../../../src/api/tenant-isolation/status.ts';
import { decideLogins } from '../../../src/policy/database/decide-logins.ts';

const DECISIONS: Readonly<Record<keyof typeof tenantConditions.DatabaseIsolated.reasons, readonly string[]>> = {
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

test.for(Object.entries(DECISIONS))('of a database that is %s, logins are %s', ([reason, [status, logins]]) => {
  expect(decideLogins({ status: status as 'True', reason })).toBe(logins);
});

test('without a condition logins are withheld, and one that does not hold has no reason that lets them be issued', () => {
  expect(decideLogins(undefined)).toBe('Withheld');
  expect(decideLogins({ status: 'False', reason: 'NothingToTry' })).toBe('Withheld');
  expect(decideLogins({ status: 'Unknown', reason: 'Proven' })).toBe('Withheld');
});
