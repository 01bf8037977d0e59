/** The label by which the operator marks what it wrote. */
export const MANAGED = { 'app.kubernetes.io/managed-by': 'cloister' };
const RBAC = 'rbac.authorization.k8s.io/v1';
const selector = { matchLabels: { ...MANAGED, app: 'a' } };
const template = {
  metadata: { labels: selector.matchLabels },
  spec: { containers: [{ name: 'a', image: 'a' }] },
};

/** A kind whose objects the operator manages. */
export interface ManagedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly content: object;
  /** What changes the object itself. */
  readonly change: object;
  /** What its controller writes. */
  readonly status?: object;
}
export const MANAGED_KINDS: readonly ManagedKind[] = [
  { apiVersion: 'v1', kind: 'ConfigMap', resource: 'configmaps', content: {}, change: { data: { a: 'b' } } },
  { apiVersion: 'v1', kind: 'Secret', resource: 'secrets', content: {}, change: { stringData: { a: 'b' } } },
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    resource: 'serviceaccounts',
    content: {},
    change: { automountServiceAccountToken: true },
  },
  {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    resource: 'resourcequotas',
    content: { spec: { hard: { pods: '5' } } },
    change: { spec: { hard: { pods: '500' } } },
    status: { hard: { pods: '5' } },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    resource: 'services',
    content: { spec: { ports: [{ port: 80 }] } },
    change: { spec: { ports: [{ port: 81 }] } },
    status: { conditions: [] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    resource: 'deployments',
    content: { spec: { replicas: 0, selector, template } },
    change: { spec: { replicas: 1 } },
    status: { observedGeneration: 1 },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    resource: 'statefulsets',
    content: { spec: { replicas: 0, serviceName: 'a', selector, template } },
    change: { spec: { replicas: 1 } },
    status: { replicas: 0, observedGeneration: 1 },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    resource: 'networkpolicies',
    content: { spec: { podSelector: {}, policyTypes: ['Egress'] } },
    change: { spec: { egress: [{}] } },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    resource: 'poddisruptionbudgets',
    content: { spec: { minAvailable: 1, selector } },
    change: { spec: { minAvailable: 0 } },
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 1, expectedPods: 0 },
  },
  {
    apiVersion: RBAC,
    kind: 'Role',
    resource: 'roles',
    content: { rules: [] },
    change: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
  },
  {
    apiVersion: RBAC,
    kind: 'RoleBinding',
    resource: 'rolebindings',
    content: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'ours' }, subjects: [] },
    change: { subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'editor' }] },
  },
];

export const pathOf = ({ apiVersion, resource }: ManagedKind, namespace = 'acme-agents') =>
  `${apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`}/namespaces/${namespace}/${resource}`;
export const objectOf = (
  { apiVersion, kind, content }: ManagedKind,
  name: string,
  labels: object = MANAGED,
) => ({
  apiVersion,
  kind,
  metadata: { name, labels, finalizers: ['example.com/hold'] },
  ...content,
});
