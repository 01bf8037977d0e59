import { describe, expect, test } from 'vitest';
import {
  type AccessRequest,
  evaluateAccess,
  type RoleAccess,
} from '../../../src/policy/admission/evaluate-access.ts';
import { ALLOW, violationsOf } from '../../../src/policy/decision.ts';
import type { Access } from '../../../src/policy/roles/role-policy.ts';
import { buildRolePolicy } from '../../build/review-context.ts';

const user = { name: 'developer', isOfTenant: false };
const role = (...access: Access[]): RoleAccess => ({
  name: 'data-analyst',
  role: buildRolePolicy({ allowedAccess: new Set(access) }),
  isAllowedByTenant: true,
  use: 'Allowed',
});
const NONE: RoleAccess = { ...role(), name: null, role: null };
const DELETED: RoleAccess = { ...role(), name: 'deleted', role: null };
const pod = (subresource: AccessRequest['subresource']): AccessRequest => ({
  resource: 'pods',
  subresource,
  name: 'agent',
  user,
});
const SERVICE: AccessRequest = { resource: 'services', subresource: 'proxy', name: 'agent', user };

describe('evaluateAccess', () => {
  test.for([
    ['exec', 'Exec'],
    ['attach', 'Attach'],
    ['portforward', 'PortForward'],
    ['proxy', 'Proxy'],
  ] as const)('%s into a pod needs %s, and nothing else', ([subresource, needed]) => {
    expect(evaluateAccess(pod(subresource), [role(needed)])).toEqual(ALLOW);
    const others = (['Exec', 'Attach', 'PortForward', 'Proxy', 'Debug'] as const).filter(
      (access) => access !== needed,
    );
    const [violation] = violationsOf(evaluateAccess(pod(subresource), [role(...others)]));
    expect(violation).toMatchObject({ check: 'access', field: 'spec.sandbox.allowedAccess' });
    expect(violation?.required).toContain(needed);
  });

  test('a pod without a role that exists is not reached into', () => {
    expect(violationsOf(evaluateAccess(pod('exec'), [NONE]))).toHaveLength(1);
    expect(violationsOf(evaluateAccess(pod('exec'), [DELETED]))).toMatchObject([{ found: '"deleted"' }]);
    expect(violationsOf(evaluateAccess(pod('exec'), []))).toHaveLength(1);
  });

  test('a service is proxied only where every role of the tenant has Proxy', () => {
    expect(evaluateAccess(SERVICE, [role('Proxy'), role('Proxy', 'Exec')])).toEqual(ALLOW);
    expect(violationsOf(evaluateAccess(SERVICE, [role('Proxy'), role('Exec')]))).toHaveLength(1);
    expect(violationsOf(evaluateAccess(SERVICE, [role('Proxy'), NONE]))).toHaveLength(1);
    expect(violationsOf(evaluateAccess(SERVICE, []))).toHaveLength(1);
  });

  test('a role that the tenant no longer allows is not reached into', () => {
    const roles = [{ ...role('Exec'), isAllowedByTenant: false }];
    const [violation, ...rest] = violationsOf(evaluateAccess(pod('exec'), roles));
    expect(rest).toEqual([]);
    expect(violation).toMatchObject({
      found: '"data-analyst"',
      required: expect.stringContaining('tenant'),
      fix: expect.stringContaining('spec.roles.allowed'),
    });
  });

  test.for(['Denied', 'Unanswered'] as const)(
    'a user whose use of the role is %s does not reach in',
    (use) => {
      const violations = violationsOf(evaluateAccess(pod('exec'), [{ ...role('Exec'), use }]));
      expect(violations).toMatchObject([
        { item: 'user "developer"', field: 'verb "use" on agentroles.cloister.dev/data-analyst' },
      ]);
    },
  );

  test('a ServiceAccount of a tenant does not reach in, whatever it may use', () => {
    const request = {
      ...pod('exec'),
      user: { name: 'system:serviceaccount:acme-agents:ci', isOfTenant: true },
    };
    expect(violationsOf(evaluateAccess(request, [role('Exec')]))).toMatchObject([
      { field: 'request.userInfo.username', required: expect.stringContaining('impersonate') },
    ]);
  });

  test('everything that is wrong is said at once', () => {
    const worst: RoleAccess = { ...role(), isAllowedByTenant: false, use: 'Denied' };
    expect(violationsOf(evaluateAccess(SERVICE, [worst, NONE]))).toHaveLength(4);
  });
});
