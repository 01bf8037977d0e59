import { expect, test } from 'vitest';
import { violationsOf } from '../../../src/policy/decision.ts';
import { evaluateKind, type KindContext } from '../../../src/policy/kinds/evaluate-kind.ts';
import { buildAgentApproval } from '../../build/agent-approval.ts';
import { buildAgentQuarantine } from '../../build/agent-quarantine.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { buildAgentSandbox } from '../../build/agent-sandbox.ts';
import { buildRolePolicy, buildTenantPolicy } from '../../build/review-context.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

const ROLES = [
  buildRolePolicy({ name: 'read-only', maxLifetimeSeconds: 60 }),
  buildRolePolicy({ name: 'data-analyst', maxLifetimeSeconds: 600 }),
];

const evaluate = (kind: string, object: unknown, changes: Partial<KindContext> = {}) =>
  evaluateKind(kind, object, {
    policies: {
      role: (name) => ROLES.find((role) => role.name === name) ?? null,
      tenantOf: (namespace) => (namespace === 'acme-agents' ? buildTenantPolicy() : null),
      otherTenantsOf: (_, except) => ['minimal', 'acme'].filter((name) => name !== except),
    },
    knowsEveryTenant: true,
    namespace: 'acme-agents',
    before: null,
    now: Date.parse('2026-03-01T12:00:00Z'),
    ...changes,
  });

const violations = (...given: Parameters<typeof evaluate>) =>
  violationsOf(evaluate(...given)).map(({ check, container, field, required }) =>
    [check, container, field, required].join(' | '),
  );

test('a sandbox is evaluated by the role that it names, or by the default of its tenant', () => {
  const living = (lifetimeSeconds: number, role?: string) =>
    buildAgentSandbox(({ spec }) => {
      spec.lifetimeSeconds = lifetimeSeconds;
      if (role !== undefined) spec.roleRef = { name: role };
    });
  expect(violations('AgentSandbox', living(600, 'data-analyst'))).toEqual([]);
  expect(violations('AgentSandbox', living(60))).toEqual([]);
  expect(violations('AgentSandbox', living(61))).toEqual([
    'AgentSandbox |  | spec.lifetimeSeconds | must be at most 60, the limit of role "read-only"',
  ]);
});

test('a namespace of no known tenant is refused where every tenant is known, and may be one elsewhere', () => {
  const elsewhere = { namespace: 'other' };
  expect(violations('AgentSandbox', buildAgentSandbox(), elsewhere)).toEqual([
    'AgentSandbox |  | metadata.namespace | must be a namespace of a TenantIsolation',
  ]);
  expect(violations('AgentSandbox', buildAgentSandbox(), { ...elsewhere, knowsEveryTenant: false })).toEqual(
    [],
  );
  const forbidden = buildAgentSandbox(({ spec }) => {
    spec.roleRef = { name: 'devops' };
  });
  expect(violations('AgentSandbox', forbidden, { knowsEveryTenant: false })).toHaveLength(1);
});

test('a sandbox is stopped whatever became of its tenant and its role, and by that change alone', () => {
  const dropped = { name: 'devops' };
  const before = buildAgentSandbox(({ spec }) => {
    spec.roleRef = dropped;
  });
  const stopped = buildAgentSandbox(({ spec }) => {
    spec.roleRef = dropped;
    spec.state = 'Stopped';
  });
  expect(violations('AgentSandbox', stopped, { before })).toEqual([]);
  expect(violations('AgentSandbox', stopped, { before, namespace: 'other' })).toEqual([]);
  expect(violations('AgentSandbox', before, { before: stopped })).toHaveLength(1);
  expect(violations('AgentSandbox', stopped)).toHaveLength(1);
  const changed = { ...stopped, spec: { ...stopped.spec, args: ['--other'] } };
  expect(violations('AgentSandbox', changed, { before })).toHaveLength(1);
});

test('a tenant is evaluated beside all others, by the clock, and by what it was', () => {
  const tenant = buildTenantIsolation(({ spec }) => {
    spec.shadow = { roles: ['minimal'], untilTime: '2026-03-16T00:00:00Z' };
  });
  expect(violations('TenantIsolation', tenant).map((text) => text.split(' | ')[2])).toEqual([
    'spec.namespaces[0].name',
    'spec.shadow.untilTime',
  ]);
  expect(violations('TenantIsolation', tenant)[0]).toContain('and "acme" lists it');
  const before = buildTenantIsolation((earlier) => {
    earlier.status = { shadow: { startTime: '2026-03-02T00:00:00Z' } };
  });
  expect(violations('TenantIsolation', tenant, { before })).toHaveLength(1);
});

test('an exemption names checks that have exemptions', () => {
  const exempting = (check: string) =>
    buildTenantIsolation((tenant) => {
      tenant.metadata.name = 'acme';
      tenant.spec.namespaces = [];
      tenant.spec.exemptions = [
        {
          namespace: 'a',
          serviceAccount: 'a',
          images: [],
          checks: [check],
          reason: 'It is being moved.',
          expirationTime: '2027-01-01T00:00:00Z',
        },
      ];
    });
  expect(violations('TenantIsolation', exempting('read-only-root-filesystem'))).toEqual([]);
  for (const check of ['privileged', 'role', 'reserved-metadata']) {
    expect(violations('TenantIsolation', exempting(check))).toHaveLength(1);
  }
});

test('a role is evaluated', () => {
  const role = buildAgentRole(({ spec }) => {
    spec.tools = [
      {
        name: 'a',
        executor: 'MCP',
        capabilities: [],
        paths: [],
        domains: [],
        arguments: { $ref: '#' },
        confirmation: {
          when: 'Never',
          approvers: [],
          minApprovals: 1,
          expiresSeconds: 600,
          separation: 'NotCreator',
        },
      },
    ];
  });
  expect(violations('AgentRole', role)).toEqual([
    'AgentRole |  | spec.tools[0].arguments | must be a schema without references',
  ]);
  expect(evaluate('AgentRole', role)).toMatchObject({ reason: 'ObjectInvalid' });
});

test.for([
  ['AgentApproval', buildAgentApproval()],
  ['AgentQuarantine', buildAgentQuarantine()],
] as const)('%s has no rules beyond its schema', ([kind, object]) => {
  expect(evaluate(kind, object)).toMatchObject({ effect: 'Allow' });
});
