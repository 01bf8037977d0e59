import type { KubeResource } from '../../kube/kube-resource.ts';

/** A kind of another policy API. */
export interface OtherPolicyKind {
  /** As messages name it: several APIs have kinds of the same name. */
  readonly label: string;
  /** Where it may be served. The first that is served has all of its objects. */
  readonly resources: readonly [KubeResource, ...KubeResource[]];
}

const CALICO = ['crd.projectcalico.org/v1', 'projectcalico.org/v3'] as const;
const CLUSTER_POLICIES = 'policy.networking.k8s.io';

/** The kinds that can open for a pod what NetworkPolicies close. The operator's ClusterRole lists the same resources. */
export const OTHER_POLICY_KINDS: readonly OtherPolicyKind[] = [
  kind('CiliumNetworkPolicy', 'ciliumnetworkpolicies', { at: ['cilium.io/v2'], namespaced: true }),
  kind('CiliumClusterwideNetworkPolicy', 'ciliumclusterwidenetworkpolicies', { at: ['cilium.io/v2'] }),
  // Served from CustomResourceDefinitions of the one group or of the other, as Calico is installed.
  kind('NetworkPolicy', 'networkpolicies', { at: CALICO, namespaced: true }),
  kind('GlobalNetworkPolicy', 'globalnetworkpolicies', { at: CALICO }),
  kind('AdminNetworkPolicy', 'adminnetworkpolicies', { at: [`${CLUSTER_POLICIES}/v1alpha1`] }),
  kind('BaselineAdminNetworkPolicy', 'baselineadminnetworkpolicies', {
    at: [`${CLUSTER_POLICIES}/v1alpha1`],
  }),
  kind('ClusterNetworkPolicy', 'clusternetworkpolicies', { at: [`${CLUSTER_POLICIES}/v1alpha2`] }),
  kind('NetworkPolicy', 'networkpolicies', { at: ['crd.antrea.io/v1beta1'], namespaced: true }),
  kind('ClusterNetworkPolicy', 'clusternetworkpolicies', { at: ['crd.antrea.io/v1beta1'] }),
];

function kind(
  name: string,
  plural: string,
  { at, namespaced = false }: { readonly at: readonly string[]; readonly namespaced?: boolean },
): OtherPolicyKind {
  const served = at.map((groupVersion): KubeResource => {
    const [group = '', version = ''] = groupVersion.split('/');
    return { group, version, kind: name, plural, namespaced };
  });
  const resources = served as unknown as OtherPolicyKind['resources'];
  return { label: `${name}.${resources[0].group}`, resources };
}
