import { type EgressJudgement, judgeEgress } from '../../policy/network-policies/judge-egress.ts';
import type { NetworkPolicy, PolicyPod } from '../../policy/network-policies/network-policy.ts';
import type { OtherPolicy } from '../../policy/network-policies/other-policies.ts';
import { type PodFields, policyPodOf } from '../../policy/network-policies/policy-pod.ts';
import type { TenantPolicy } from '../../policy/tenants/tenant-policy.ts';
import { GATEWAY_SELECTOR } from '../../render/tenant/rendered-object.ts';
import type { ObservedPod } from '../observed-objects.ts';

/** What decides where a sandbox's pod gets out. */
export interface NetworkSurroundings {
  /** Every NetworkPolicy of the namespace. */
  readonly networkPolicies: readonly NetworkPolicy[];
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** Objects of other policy APIs that may let a pod out. */
  readonly otherPolicies: (pod: PolicyPod) => readonly OtherPolicy[];
}

/** Judges where policies let a pod of a sandbox out; null where its namespace has no tenant, whose gateway it may reach. */
export function judgePod(
  observed: ObservedPod,
  {
    tenant,
    networkPolicies,
    namespaceLabels,
    otherPolicies,
  }: NetworkSurroundings & { readonly tenant: TenantPolicy | null },
): EgressJudgement | null {
  if (tenant === null) return null;
  const pod = policyPodOf(observed as PodFields, namespaceLabels);
  return judgeEgress({
    pod,
    policies: networkPolicies,
    gateway: { tenant: tenant.name, podLabels: GATEWAY_SELECTOR },
    otherPolicies: otherPolicies(pod),
  });
}
