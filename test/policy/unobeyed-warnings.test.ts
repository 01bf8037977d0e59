import { expect, test } from 'vitest';
import { tenantIsolation } from '../../src/api/tenant-isolation.ts';
import { unobeyedWarnings } from '../../src/policy/unobeyed-warnings.ts';
import { buildAgentRole } from '../build/agent-role.ts';
import { buildAgentSandbox } from '../build/agent-sandbox.ts';
import { changedObject } from '../build/changed-object.ts';
import { buildTenantIsolation, minimalTenantIsolation } from '../build/tenant-isolation.ts';

test('the defaults that the API server fills in are not warned about', () => {
  expect(unobeyedWarnings('AgentRole', buildAgentRole())).toEqual([]);
});

test('a sandbox is told nothing, for every field of it is obeyed', () => {
  const listening = buildAgentSandbox(({ spec }) => (spec.ports = [8080]));
  expect(unobeyedWarnings('AgentSandbox', listening)).toEqual([]);
});

test('a budget that was asked for is named', () => {
  const role = buildAgentRole(({ spec }) => {
    spec.budgets.tokensPerDay = 5;
  });
  expect(unobeyedWarnings('AgentRole', role)).toEqual([expect.stringContaining('spec.budgets')]);
});

test('a confirmation is named where a person is to be asked, and only there', () => {
  const confirmed = (when: 'Never' | 'Always') =>
    buildAgentRole(({ spec }) => {
      const confirmation = {
        when,
        approvers: [],
        minApprovals: 1,
        expiresSeconds: 600,
        separation: 'NotCreator' as const,
      };
      spec.tools = [{ name: 'a', executor: 'Agent', capabilities: [], paths: [], domains: [], confirmation }];
    });
  expect(unobeyedWarnings('AgentRole', confirmed('Never'))).toEqual([]);
  expect(unobeyedWarnings('AgentRole', confirmed('Always'))).toEqual([
    expect.stringContaining('spec.tools[*].confirmation'),
  ]);
});

test('what the API server fills in for a tenant is not named, and limits that were asked for are', () => {
  expect(unobeyedWarnings('TenantIsolation', buildTenantIsolation())).toEqual([]);
  const object = changedObject(minimalTenantIsolation, { '/spec/limits': { tokensPerDay: 5 } });
  expect(unobeyedWarnings('TenantIsolation', tenantIsolation.schema.parse(object))).toEqual([
    expect.stringContaining('spec.limits'),
  ]);
});
