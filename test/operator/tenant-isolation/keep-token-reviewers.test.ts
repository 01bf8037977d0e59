import { expect, test, vi } from 'vitest';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { isWhole, keepTokenReviewers } from '../../../src/operator/tenant-isolation/keep-token-reviewers.ts';

type Context = Parameters<typeof keepTokenReviewers>[0];

const ROLE_REF = {
  apiGroup: 'rbac.authorization.k8s.io',
  kind: 'ClusterRole',
  name: 'cloister-gateway-tokens',
};
const gatewayOf = (tenant: string) => ({
  kind: 'ServiceAccount',
  name: 'cloister-gateway',
  namespace: `cloister-t-${tenant}`,
});

function world(tenants: readonly string[], binding: object | undefined) {
  const patch = vi.fn<(...args: readonly unknown[]) => Promise<KubeObject>>(() =>
    Promise.resolve({ metadata: {} }),
  );
  const metadata = { name: 'cloister-gateway-tokens', resourceVersion: '7' };
  const found = binding && { metadata, ...binding };
  const caches = {
    tenants: { list: () => tenants.map((name) => ({ metadata: { name } })) },
    tokenReviewers: { get: () => found },
  };
  const context = { caches, client: { patch }, logger: { info: () => {} } } as unknown as Context;
  return { context, patch };
}

test.for([
  ['nobody, where tenants have come', ['b', 'a'], undefined],
  ['one that is gone', ['b', 'a'], [gatewayOf('a'), gatewayOf('b'), gatewayOf('c')]],
  ['somebody else', ['b', 'a'], [gatewayOf('a'), { kind: 'User', name: 'eve' }]],
] as const)('who is bound is written where it is %s', async ([, tenants, subjects]) => {
  const { context, patch } = world(tenants, { roleRef: ROLE_REF, subjects });
  expect(isWhole(context.caches)).toBe(false);
  await keepTokenReviewers(context);
  expect(patch.mock.calls).toEqual([
    [
      expect.objectContaining({ kind: 'ClusterRoleBinding' }),
      { name: 'cloister-gateway-tokens' },
      { subjects: [gatewayOf('a'), gatewayOf('b')] },
      { resourceVersion: '7' },
    ],
  ]);
});

test.for([
  ['the gateways of the tenants are bound', ['a', 'b'], [gatewayOf('a'), gatewayOf('b')]],
  ['there are no tenants', [], undefined],
] as const)('nothing is written where %s', async ([, tenants, subjects]) => {
  const { context, patch } = world(tenants, { roleRef: ROLE_REF, subjects });
  await keepTokenReviewers(context);
  expect(patch).not.toHaveBeenCalled();
});

test.for([
  ['is not there', undefined],
  ['is one of another role', { roleRef: { ...ROLE_REF, name: 'cluster-admin' } }],
  ['is one of a Role', { roleRef: { ...ROLE_REF, kind: 'Role' } }],
] as const)('nobody is bound where the binding %s', async ([, binding]) => {
  const { context, patch } = world(['a'], binding);
  await expect(keepTokenReviewers(context)).rejects.toThrow('must be as the chart has it');
  expect(patch).not.toHaveBeenCalled();
});
