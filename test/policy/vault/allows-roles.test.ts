import { expect, test } from 'vitest';
import { allowsRoles } from '../../../src/policy/vault/allows-roles.ts';

test.for([
  [['cloister.acme.*'], true],
  [['reports', 'cloister.acme.*'], true],
  [['cloister.*'], true],
  [['*'], true],
  [['cloister.*.*'], true],
  [['*acme.*'], true],
  [[], false],
  [['cloister.acme'], false],
  [['cloister.acme.acme-agents.hermes'], false],
  [['cloister.acme.acme-agents.*'], false],
  [['cloister.ac.*'], false],
  [['cloister.acme-2.*'], false],
  [['cloister-acme.*'], false],
  [['*.hermes'], false],
  [['cloister_acme.*'], false],
  [['cloister.acm[e].*'], false],
] as const)('allowed_roles %j: %s', ([allowedRoles, expected]) => {
  expect(allowsRoles(allowedRoles, 'acme')).toBe(expected);
});
