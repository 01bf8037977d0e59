/**
 * Kinds that hold no pod, by API group: a review ignores them. A kind that is not here, and in which no pod template is
 * found, may hold one in a place that was not searched, so a review reports it.
 */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  '': [
    'Binding',
    'ComponentStatus',
    'ConfigMap',
    'Endpoints',
    'Event',
    'LimitRange',
    'Namespace',
    'Node',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'ResourceQuota',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  apps: ['ControllerRevision'],
  autoscaling: ['HorizontalPodAutoscaler', 'Scale'],
  'autoscaling.k8s.io': ['*'],
  extensions: ['Ingress', 'NetworkPolicy', 'PodSecurityPolicy'],
  'imagepolicy.k8s.io': ['*'],
  'metrics.k8s.io': ['*'],
  policy: ['Eviction', 'PodDisruptionBudget', 'PodSecurityPolicy'],
  'networking.k8s.io': ['*'],
  'rbac.authorization.k8s.io': ['*'],
  'admissionregistration.k8s.io': ['*'],
  'apiextensions.k8s.io': ['*'],
  'apiregistration.k8s.io': ['*'],
  'authentication.k8s.io': ['*'],
  'authorization.k8s.io': ['*'],
  'certificates.k8s.io': ['*'],
  'coordination.k8s.io': ['*'],
  'discovery.k8s.io': ['*'],
  'events.k8s.io': ['*'],
  'flowcontrol.apiserver.k8s.io': ['*'],
  'internal.apiserver.k8s.io': ['*'],
  'lifecycle.k8s.io': ['*'],
  'node.k8s.io': ['*'],
  'resource.k8s.io': ['*'],
  'scheduling.k8s.io': ['*'],
  'snapshot.storage.k8s.io': ['*'],
  'storage.k8s.io': ['*'],
  'storagemigration.k8s.io': ['*'],
  'gateway.networking.k8s.io': ['*'],
  'kustomize.config.k8s.io': ['*'],
  'monitoring.coreos.com': [
    'AlertmanagerConfig',
    'PodMonitor',
    'Probe',
    'PrometheusRule',
    'ScrapeConfig',
    'ServiceMonitor',
  ],
  // Rules of other policy engines: what looks like a pod in them is a pattern to compare pods with (`runAsUser: ">0"`),
  // or a change to pods that are reviewed when they are created.
  'kyverno.io': ['*'],
  'policies.kyverno.io': ['*'],
  'config.gatekeeper.sh': ['*'],
  'constraints.gatekeeper.sh': ['*'],
  'expansion.gatekeeper.sh': ['*'],
  'externaldata.gatekeeper.sh': ['*'],
  'mutations.gatekeeper.sh': ['*'],
  'templates.gatekeeper.sh': ['*'],
};

/** Returns whether the kind is known to hold no pod. */
export function isPodlessKind(apiVersion: string, kind: string): boolean {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  // The author of a manifest chooses the group: `constructor/v1` must not find a member that every object has.
  const kinds = Object.hasOwn(KINDS, group) ? KINDS[group] : undefined;
  return kinds !== undefined && (kinds.includes('*') || kinds.includes(kind));
}
