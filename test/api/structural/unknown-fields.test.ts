import { expect, test } from 'vitest';
import { agentRole } from '../../../src/api/agent-role.ts';
import { tenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { unknownFields } from '../../../src/api/structural/unknown-fields.ts';
import { minimalAgentRole } from '../../build/agent-role.ts';
import { changedObject } from '../../build/changed-object.ts';
import { minimalTenantIsolation } from '../../build/tenant-isolation.ts';
import { fullAgentRole } from '../bad-objects/role-objects.ts';

test.for([
  ['a role', agentRole, fullAgentRole],
  ['a tenant, whose quota is a map', tenantIsolation, minimalTenantIsolation],
  [
    'free JSON',
    agentRole,
    changedObject(fullAgentRole, { '/spec/tools/3/arguments': { type: 'object', any: { thing: 1 } } }),
  ],
  ['metadata of any kind', agentRole, changedObject(minimalAgentRole, { '/metadata/managedFields': [{}] })],
] as const)('%s has no unknown fields', ([, definition, object]) => {
  expect(unknownFields(definition, object)).toEqual([]);
});

test('each field that the kind does not have is named', () => {
  const role = changedObject(fullAgentRole, {
    '/spec/tools/0/maxRequestPerMinute': 5,
    '/spec/sandbox/priviledged': true,
    '/specs': {},
  });
  expect(unknownFields(agentRole, role)).toEqual([
    'spec.sandbox.priviledged',
    'spec.tools[0].maxRequestPerMinute',
    'specs',
  ]);
});
