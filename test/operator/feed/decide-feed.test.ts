import { describe, expect, test } from 'vitest';
import { roleFeedOf, sandboxFactsOf, tenantFeedOf } from '../../../src/operator/feed/decide-feed.ts';
import { compileTenant } from '../../../src/policy/tenants/compile-tenant.ts';
import { buildAgentRole } from '../../build/agent-role.ts';
import { buildAgentSandbox } from '../../build/agent-sandbox.ts';
import { ADMIN_BINDING, buildDatabase } from '../../build/database.ts';
import { buildTenantIsolation } from '../../build/tenant-isolation.ts';

describe('of a sandbox', () => {
  const sandbox = buildAgentSandbox(({ metadata }) => (metadata.uid = 'sandbox-uid'));
  const owner = { apiVersion: 'v', kind: 'AgentSandbox', name: 'minimal', uid: 'sandbox-uid' };
  const pod = { metadata: { name: 'minimal', uid: 'pod-uid', ownerReferences: [owner] }, status: {} };
  const holder = compileTenant(buildTenantIsolation());
  const WORLD = { tenant: 'minimal', holder, sandbox, pod, isQuarantined: false };

  test('its uids, its role and what it narrows are told', () => {
    expect(sandboxFactsOf(WORLD)).toEqual({
      format: 1,
      tenant: 'minimal',
      namespace: 'acme-agents',
      sandbox: 'minimal',
      uid: 'sandbox-uid',
      podUID: 'pod-uid',
      podStarted: false,
      role: 'minimal',
      narrow: undefined,
      contained: false,
    });
  });

  test('it is told that it is contained, and that its pod has started', () => {
    const labels = { 'cloister.dev/contained': 'suspect' };
    const contained = { metadata: { ...pod.metadata, labels }, status: { phase: 'Running' as const } };
    expect(sandboxFactsOf({ ...WORLD, pod: contained })).toMatchObject({ contained: true, podStarted: true });
  });

  test('it is told that it is contained before its pod is labelled', () => {
    expect(sandboxFactsOf({ ...WORLD, isQuarantined: true })).toMatchObject({ contained: true });
  });

  const foreign = { metadata: { ...pod.metadata, ownerReferences: [{ ...owner, uid: 'earlier' }] } };
  const noRoles = compileTenant(buildTenantIsolation(({ spec }) => (spec.roles = { allowed: [] })));
  const other = compileTenant(buildTenantIsolation(({ metadata }) => (metadata.name = 'other')));
  test.for([
    ['that is gone', { sandbox: undefined }],
    ['without a pod', { pod: undefined }],
    ['whose pod is of an earlier one of the name', { pod: foreign }],
    ['in a namespace of no tenant', { holder: null }],
    ['in a namespace of another tenant', { holder: other }],
    ['whose role the tenant does not allow', { holder: noRoles }],
  ] as const)('nothing is told of one %s', ([, changes]) => {
    expect(sandboxFactsOf({ ...WORLD, ...changes })).toBeNull();
  });
});

describe('of a role', () => {
  const role = buildAgentRole();
  const WORLD = { tenant: 'minimal', name: 'minimal', role, sharedSecrets: [] };

  test('the hash changes with its spec and with nothing else', () => {
    const hashOf = (one: typeof role) => {
      const feed = roleFeedOf({ ...WORLD, role: one });
      return feed?.state === 'Allowed' ? feed.hash : null;
    };
    const hash = hashOf(role);
    expect(hashOf({ ...role, metadata: { ...role.metadata, labels: { a: 'b' } } })).toBe(hash);
    expect(hashOf(buildAgentRole(({ spec }) => (spec.description = 'other')))).not.toBe(hash);
  });

  test('that is not there or not allowed nothing can be granted from', () => {
    const sharedSecrets = [{ namespace: 'b' }, { namespace: 'a' }];
    expect(roleFeedOf({ ...WORLD, role: undefined })).toBeNull();
    expect(roleFeedOf({ ...WORLD, role: undefined, sharedSecrets })).toEqual({
      format: 1,
      tenant: 'minimal',
      role: 'minimal',
      state: 'Withdrawn',
      sharedSecrets: [{ namespace: 'a' }, { namespace: 'b' }],
    });
  });
});

test('of a tenant nothing is told that says what its namespaces may use', () => {
  const feed = tenantFeedOf(buildTenantIsolation(), ['minimal-agents']);
  expect(feed).toMatchObject({ namespaces: ['minimal-agents'], allowedRoles: ['minimal'] });
  expect(JSON.stringify(feed)).not.toContain('quota');
});

test('of a tenant with a database it is told whether logins are issued, and never the admin credential', () => {
  const tenant = buildTenantIsolation(({ spec }) => {
    spec.database = buildDatabase();
    spec.credentials = [ADMIN_BINDING, { name: 'crm', kubernetesSecret: { name: 'crm', key: 'token' } }];
  });
  const loginsOf = (logins?: 'Issued' | 'Withheld' | 'Revoked') =>
    tenantFeedOf(tenant, [], logins).databaseLogins;
  expect([loginsOf('Issued'), loginsOf('Withheld'), loginsOf('Revoked')]).toEqual([
    'Issued',
    'Withheld',
    'Withheld',
  ]);
  expect(tenantFeedOf(tenant, [], 'Issued').credentials.map(({ name }) => name)).toEqual(['crm']);
  expect(tenantFeedOf(buildTenantIsolation(), []).databaseLogins).toBeUndefined();
});
