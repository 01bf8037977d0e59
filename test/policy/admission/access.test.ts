import { describe, expect, test } from 'vitest';
import { type AccessRequest, decideAccess } from '../../../src/policy/admission/evaluate-access.ts';
import type { Access } from '../../../src/policy/roles/role-policy.ts';
import { buildRolePolicy } from '../../build/review-context.ts';

const role = (...access: Access[]) => buildRolePolicy({ allowedAccess: new Set(access) });
const pod = (subresource: AccessRequest['subresource']): AccessRequest => ({
  resource: 'pods',
  subresource,
  name: 'agent',
});
const SERVICE: AccessRequest = { resource: 'services', subresource: 'proxy', name: 'agent' };

describe('decideAccess', () => {
  test.for([
    ['exec', 'Exec'],
    ['attach', 'Attach'],
    ['portforward', 'PortForward'],
    ['proxy', 'Proxy'],
  ] as const)('%s into a pod needs %s, and nothing else', ([subresource, needed]) => {
    expect(decideAccess(pod(subresource), [role(needed)])).toEqual([]);
    const others = (['Exec', 'Attach', 'PortForward', 'Proxy', 'Debug'] as const).filter(
      (access) => access !== needed,
    );
    const [violation] = decideAccess(pod(subresource), [role(...others)]);
    expect(violation).toMatchObject({ check: 'access', field: 'spec.sandbox.allowedAccess' });
    expect(violation?.required).toContain(needed);
  });

  test('a pod without a role that exists is not reached into', () => {
    expect(decideAccess(pod('exec'), [null])).toHaveLength(1);
    expect(decideAccess(pod('exec'), [])).toHaveLength(1);
  });

  test('a service is proxied only where every role of the tenant has Proxy', () => {
    expect(decideAccess(SERVICE, [role('Proxy'), role('Proxy', 'Exec')])).toEqual([]);
    expect(decideAccess(SERVICE, [role('Proxy'), role('Exec')])).toHaveLength(1);
    expect(decideAccess(SERVICE, [role('Proxy'), null])).toHaveLength(1);
    expect(decideAccess(SERVICE, [])).toHaveLength(1);
  });
});
