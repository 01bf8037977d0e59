import { describe, expect, test } from 'vitest';
import { type AccessRequest, evaluateAccess } from '../../../src/policy/admission/evaluate-access.ts';
import { ALLOW, violationsOf } from '../../../src/policy/decision.ts';
import type { Access } from '../../../src/policy/roles/role-policy.ts';
import { buildRolePolicy } from '../../build/review-context.ts';

const role = (...access: Access[]) => buildRolePolicy({ allowedAccess: new Set(access) });
const pod = (subresource: AccessRequest['subresource']): AccessRequest => ({
  resource: 'pods',
  subresource,
  name: 'agent',
});
const SERVICE: AccessRequest = { resource: 'services', subresource: 'proxy', name: 'agent' };

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
    expect(violationsOf(evaluateAccess(pod('exec'), [null]))).toHaveLength(1);
    expect(violationsOf(evaluateAccess(pod('exec'), []))).toHaveLength(1);
  });

  test('a service is proxied only where every role of the tenant has Proxy', () => {
    expect(evaluateAccess(SERVICE, [role('Proxy'), role('Proxy', 'Exec')])).toEqual(ALLOW);
    expect(violationsOf(evaluateAccess(SERVICE, [role('Proxy'), role('Exec')]))).toHaveLength(1);
    expect(violationsOf(evaluateAccess(SERVICE, [role('Proxy'), null]))).toHaveLength(1);
    expect(violationsOf(evaluateAccess(SERVICE, []))).toHaveLength(1);
  });
});
