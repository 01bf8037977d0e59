import { expect, test } from 'vitest';
import { upstream } from '../../src/api/agent-role/upstream.ts';
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

test('upstreams, what is attached to their requests and budgets are obeyed, and what an MCP server may be asked is named', () => {
  const role = buildAgentRole(({ spec }) => {
    spec.budgets.tokensPerDay = 5;
    spec.credentials = [{ name: 'crm', attach: { type: 'Bearer' } }];
    spec.upstreams = [
      upstream.parse({
        name: 'crm',
        protocol: 'HTTP',
        baseURL: 'https://crm.example.com',
        credential: 'crm',
      }),
    ];
  });
  expect(unobeyedWarnings('AgentRole', role)).toEqual([]);
  role.spec.upstreams.push(
    upstream.parse({ name: 'files', protocol: 'MCP', baseURL: 'https://mcp.example.com', mcp: {} }),
  );
  expect(unobeyedWarnings('AgentRole', role)).toEqual([
    'this release stores but does not enforce spec.upstreams[*].mcp',
  ]);
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

test('what the API server fills in for a tenant is not named, and neither are Secrets and limits that are obeyed', () => {
  expect(unobeyedWarnings('TenantIsolation', buildTenantIsolation())).toEqual([]);
  const object = changedObject(minimalTenantIsolation, {
    '/spec/limits': { tokensPerDay: 5 },
    '/spec/credentials': [{ name: 'crm', kubernetesSecret: { name: 'crm', key: 'token' } }],
  });
  expect(unobeyedWarnings('TenantIsolation', tenantIsolation.schema.parse(object))).toEqual([]);
});

test('approvals that a tenant asks for are named', () => {
  const object = changedObject(minimalTenantIsolation, {
    '/spec/approvals': {
      notify: [{ webhook: { url: 'https://chat.example.com/hook', secret: { name: 'hook', key: 'key' } } }],
    },
  });
  expect(unobeyedWarnings('TenantIsolation', tenantIsolation.schema.parse(object))).toEqual([
    expect.stringContaining('spec.approvals'),
  ]);
});
