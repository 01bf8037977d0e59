import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { resourcePath } from '../../src/kube/kube-resource.ts';
import { resources } from '../../src/kube/resources.ts';

test.for([
  { resource: resources.namespaces, target: {}, path: '/api/v1/namespaces' },
  { resource: resources.pods, target: { namespace: 'acme' }, path: '/api/v1/namespaces/acme/pods' },
  {
    resource: resources.agentSandboxes,
    target: { namespace: 'acme', name: 'one', subresource: 'status' },
    path: '/apis/cloister.dev/v1alpha1/namespaces/acme/agentsandboxes/one/status',
  },
  {
    resource: resources.clusterRoles,
    target: { name: 'system:auth-delegator' },
    path: '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aauth-delegator',
  },
])('$resource.kind is served at $path', ({ resource, target, path }) => {
  expect(resourcePath(resource, target)).toBe(path);
});

test.for([
  { problem: 'a namespaced object without its namespace', resource: resources.pods, target: { name: 'a' } },
  { problem: 'a namespace for a cluster-scoped kind', resource: resources.nodes, target: { namespace: 'a' } },
  { problem: 'an empty name', resource: resources.nodes, target: { name: '' } },
  { problem: 'a name that climbs', resource: resources.nodes, target: { name: '..' } },
])('$problem is refused', ({ resource, target }) => {
  expect(() => resourcePath(resource, target)).toThrow(TypeError);
});

test('no name can reach outside its collection', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => {
      fc.pre(name !== '.' && name !== '..' && name.isWellFormed());
      const path = resourcePath(resources.nodes, { name });
      expect(new URL(path, 'http://server').pathname).toBe(path);
      expect(path.split('/')).toHaveLength(5);
      expect(path).not.toMatch(/[?#]/);
    }),
  );
});
