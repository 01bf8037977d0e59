const RBAC = 'rbac.authorization.k8s.io';

const reads = (apiGroup: string, resources: readonly string[]) => ({
  apiGroups: [apiGroup],
  resources,
  verbs: ['get', 'list', 'watch'],
});

function bind(user: string, role: string): object {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: `testbed:${user}` },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: RBAC, kind: 'User', name: user }],
  };
}

/** What kube-proxy and kube-router may read. */
export const nodeAccess: readonly object[] = [
  bind('system:kube-proxy', 'system:node-proxier'),
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'testbed:kube-router' },
    rules: [
      reads('', ['namespaces', 'pods', 'services', 'nodes', 'endpoints']),
      reads('networking.k8s.io', ['networkpolicies']),
      reads('discovery.k8s.io', ['endpointslices']),
    ],
  },
  bind('kube-router', 'testbed:kube-router'),
];
