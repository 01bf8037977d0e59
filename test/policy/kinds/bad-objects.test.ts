import { describe, expect, test } from 'vitest';
import { agentRole } from '../../../src/api/agent-role.ts';
import { agentSandbox } from '../../../src/api/agent-sandbox.ts';
import { tenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { compileRole } from '../../../src/policy/roles/compile-role.ts';
import { compileTenant } from '../../../src/policy/tenants/compile-tenant.ts';
import { judgeAgentRole } from '../../../src/policy/roles/evaluate-agent-role.ts';
import { judgeAgentSandbox } from '../../../src/policy/sandboxes/evaluate-agent-sandbox.ts';
import { judgeTenantIsolation } from '../../../src/policy/tenants/evaluate-tenant-isolation.ts';
import type { KindFinding } from '../../../src/policy/kinds/kind-finding.ts';
import type { BadObject } from '../../api/bad-objects/bad-object.ts';
import { badObjects } from '../../api/bad-objects/index.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

const ofKind = (objects: BadObject['beside'], kind: string): Readonly<Record<string, unknown>>[] =>
  (objects ?? []).filter((object) => object['kind'] === kind);

const judgeTenant = ({ object, beside }: BadObject): readonly KindFinding[] => {
  const others = ofKind(beside, 'TenantIsolation').map((other) => tenantIsolation.schema.parse(other));
  return judgeTenantIsolation(tenantIsolation.schema.parse(object), {
    otherTenantsOf: (namespace) =>
      others
        .filter(({ spec }) => spec.namespaces.some(({ name }) => name === namespace))
        .map(({ metadata }) => metadata.name),
    exemptible: new Set(['read-only-root-filesystem']),
    now: NOW,
    before: null,
  });
};

const judgeSandbox = ({ object, beside }: BadObject): readonly KindFinding[] => {
  const [tenant] = ofKind(beside, 'TenantIsolation').map((other) => tenantIsolation.schema.parse(other));
  const [role] = ofKind(beside, 'AgentRole').map((other) => agentRole.schema.parse(other));
  return judgeAgentSandbox(agentSandbox.schema.parse(object), {
    namespace: 'acme-agents',
    tenant: tenant === undefined ? null : compileTenant(tenant),
    role: role === undefined ? null : compileRole(role),
  });
};

const judge = (row: BadObject): readonly KindFinding[] => {
  if (row.object['kind'] === 'AgentRole') return judgeAgentRole(agentRole.schema.parse(row.object));
  return row.object['kind'] === 'TenantIsolation' ? judgeTenant(row) : judgeSandbox(row);
};

describe('what the schema leaves to the webhook is found there', () => {
  test.for(badObjects.filter(({ by }) => by === 'Webhook'))('$name', (row) => {
    const said = judge(row)
      .filter(({ field }) => field === row.field)
      .map(({ found, required, fix }) => `${found}, ${required}. ${fix}`);
    expect(said.join('\n')).toMatch(row.message);
    expect(said).not.toEqual([]);
  });
});
