import { GROUP, VERSION } from '../api/names.ts';
import type { KubeResource } from './kube-resource.ts';

const core = define('', 'v1');
const apps = define('apps', 'v1');
const batch = define('batch', 'v1');
const networking = define('networking.k8s.io', 'v1');
const rbac = define('rbac.authorization.k8s.io', 'v1');
const admission = define('admissionregistration.k8s.io', 'v1');
const cloister = define(GROUP, VERSION);

/** The kinds that Cloister reads or writes. */
export const resources = {
  configMaps: core.namespaced('ConfigMap', 'configmaps'),
  namespaces: core.cluster('Namespace', 'namespaces'),
  nodes: core.cluster('Node', 'nodes'),
  persistentVolumeClaims: core.namespaced('PersistentVolumeClaim', 'persistentvolumeclaims'),
  pods: core.namespaced('Pod', 'pods'),
  replicationControllers: core.namespaced('ReplicationController', 'replicationcontrollers'),
  resourceQuotas: core.namespaced('ResourceQuota', 'resourcequotas'),
  secrets: core.namespaced('Secret', 'secrets'),
  serviceAccounts: core.namespaced('ServiceAccount', 'serviceaccounts'),
  services: core.namespaced('Service', 'services'),

  daemonSets: apps.namespaced('DaemonSet', 'daemonsets'),
  deployments: apps.namespaced('Deployment', 'deployments'),
  replicaSets: apps.namespaced('ReplicaSet', 'replicasets'),
  statefulSets: apps.namespaced('StatefulSet', 'statefulsets'),
  cronJobs: batch.namespaced('CronJob', 'cronjobs'),
  jobs: batch.namespaced('Job', 'jobs'),

  endpointSlices: define('discovery.k8s.io', 'v1').namespaced('EndpointSlice', 'endpointslices'),
  events: define('events.k8s.io', 'v1').namespaced('Event', 'events'),
  leases: define('coordination.k8s.io', 'v1').namespaced('Lease', 'leases'),
  networkPolicies: networking.namespaced('NetworkPolicy', 'networkpolicies'),
  serviceCIDRs: networking.cluster('ServiceCIDR', 'servicecidrs'),
  podDisruptionBudgets: define('policy', 'v1').namespaced('PodDisruptionBudget', 'poddisruptionbudgets'),
  priorityClasses: define('scheduling.k8s.io', 'v1').cluster('PriorityClass', 'priorityclasses'),
  runtimeClasses: define('node.k8s.io', 'v1').cluster('RuntimeClass', 'runtimeclasses'),

  clusterRoleBindings: rbac.cluster('ClusterRoleBinding', 'clusterrolebindings'),
  clusterRoles: rbac.cluster('ClusterRole', 'clusterroles'),
  roleBindings: rbac.namespaced('RoleBinding', 'rolebindings'),
  roles: rbac.namespaced('Role', 'roles'),
  subjectAccessReviews: define('authorization.k8s.io', 'v1').cluster(
    'SubjectAccessReview',
    'subjectaccessreviews',
  ),
  tokenReviews: define('authentication.k8s.io', 'v1').cluster('TokenReview', 'tokenreviews'),

  customResourceDefinitions: define('apiextensions.k8s.io', 'v1').cluster(
    'CustomResourceDefinition',
    'customresourcedefinitions',
  ),
  mutatingAdmissionPolicies: admission.cluster('MutatingAdmissionPolicy', 'mutatingadmissionpolicies'),
  mutatingAdmissionPolicyBindings: admission.cluster(
    'MutatingAdmissionPolicyBinding',
    'mutatingadmissionpolicybindings',
  ),
  mutatingWebhookConfigurations: admission.cluster(
    'MutatingWebhookConfiguration',
    'mutatingwebhookconfigurations',
  ),
  validatingAdmissionPolicies: admission.cluster('ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
  validatingAdmissionPolicyBindings: admission.cluster(
    'ValidatingAdmissionPolicyBinding',
    'validatingadmissionpolicybindings',
  ),
  validatingWebhookConfigurations: admission.cluster(
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
  ),

  agentApprovals: cloister.namespaced('AgentApproval', 'agentapprovals'),
  agentQuarantines: cloister.cluster('AgentQuarantine', 'agentquarantines'),
  agentRoles: cloister.cluster('AgentRole', 'agentroles'),
  agentSandboxes: cloister.namespaced('AgentSandbox', 'agentsandboxes'),
  tenantIsolations: cloister.cluster('TenantIsolation', 'tenantisolations'),
} as const;

type Scope = (kind: string, plural: string) => KubeResource;

function define(group: string, version: string): { namespaced: Scope; cluster: Scope } {
  return {
    namespaced: (kind, plural) => ({ group, version, kind, plural, namespaced: true }),
    cluster: (kind, plural) => ({ group, version, kind, plural, namespaced: false }),
  };
}
