import { expect, test } from 'vitest';
import { loginMark, loginStatements } from '../../../src/policy/database/login-statements.ts';
import { tenantRoleName } from '../../../src/policy/database/role-names.ts';

const SANDBOX = '5a4cf2b2-2d25-4d8b-9d3a-6f7f5b2f0e01';
const STATEMENTS = loginStatements({ memberOf: tenantRoleName('tenant'), sandboxUID: SANDBOX });

test('a login is a member of the role of its tenant and carries the mark of its sandbox, which tells nothing of it', () => {
  const [create, comment] = STATEMENTS.creation;
  expect(create).toContain(`IN ROLE "${tenantRoleName('tenant')}"`);
  expect(comment).toContain(loginMark(SANDBOX));
  expect(loginMark(SANDBOX)).toMatch(/^cloister:[0-9a-f]{32}$/);
  expect(STATEMENTS.creation.join(' ')).not.toContain(SANDBOX);
});

test('two sandboxes have two marks, and are revoked in the same way', () => {
  const other = loginStatements({ memberOf: tenantRoleName('other'), sandboxUID: 'other' });
  expect(loginMark('other')).not.toBe(loginMark(SANDBOX));
  expect(other.revocation).toEqual(STATEMENTS.revocation);
});

test("Vault's plugin sends each step as one statement: it has END in it, or no semicolon", () => {
  for (const statement of STATEMENTS.revocation) {
    expect(statement.includes('END') || !statement.includes(';')).toBe(true);
    expect(statement).toBe(statement.trim());
  }
});

test('every step that may wait for a lock waits part of a second, five times at most', () => {
  const steps = STATEMENTS.revocation.filter((statement) => statement.startsWith('DO'));
  expect(steps).toHaveLength(3);
  for (const step of steps)
    expect(step).toMatch(/set_config\('lock_timeout', '300ms', true\); FOR attempt IN 1\.\.5 LOOP/);
});
