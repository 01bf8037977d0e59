import { describe, expect, test } from 'vitest';
import { agentRole } from '../../../src/api/agent-role.ts';
import { agentSandbox } from '../../../src/api/agent-sandbox.ts';
import { tenantIsolation } from '../../../src/api/tenant-isolation.ts';
import { type Decision, violationsOf } from '../../../src/policy/decision.ts';
import { evaluateKind } from '../../../src/policy/kinds/evaluate-kind.ts';
import { compileRole } from '../../../src/policy/roles/compile-role.ts';
import { compileTenant } from '../../../src/policy/tenants/compile-tenant.ts';
import { indexTenants } from '../../../src/policy/tenants/tenant-index.ts';
import type { BadObject } from '../../api/bad-objects/bad-object.ts';
import { badObjects } from '../../api/bad-objects/index.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

const ofKind = (objects: BadObject['beside'], kind: string): Readonly<Record<string, unknown>>[] =>
  (objects ?? []).filter((object) => object['kind'] === kind);

const SCHEMAS: Readonly<Record<string, { parse(object: unknown): unknown }>> = {
  AgentRole: agentRole.schema,
  AgentSandbox: agentSandbox.schema,
  TenantIsolation: tenantIsolation.schema,
};

function evaluate({ object, beside }: BadObject): Decision {
  const kind = String(object['kind']);
  const tenants = ofKind(beside, 'TenantIsolation').map((other) =>
    compileTenant(tenantIsolation.schema.parse(other)),
  );
  const roles = ofKind(beside, 'AgentRole').map((other) => compileRole(agentRole.schema.parse(other)));
  const index = indexTenants(tenants);
  return evaluateKind(kind, SCHEMAS[kind]?.parse(object), {
    policies: {
      role: (name) => roles.find((role) => role.name === name) ?? null,
      tenantOf: (namespace) => index.holderOf(namespace),
      otherTenantsOf: (namespace, except) => index.othersOf(namespace, except),
    },
    knowsEveryTenant: true,
    namespace: 'acme-agents',
    before: null,
    now: NOW,
  });
}

describe('what the schema leaves to the webhook is found there', () => {
  test.for(badObjects.filter(({ by }) => by === 'Webhook'))('$name', (row) => {
    const said = violationsOf(evaluate(row))
      .filter(({ field }) => field === row.field)
      .map(({ found, required, fix }) => `${found}, ${required}. ${fix}`);
    expect(said.join('\n')).toMatch(row.message);
    expect(said).not.toEqual([]);
  });
});
