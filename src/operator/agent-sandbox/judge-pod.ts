import { type EgressJudgement, judgeEgress } from '../../policy/network-policies/judge-egress.ts';
import type { NetworkPolicy, PolicyPod } from '../../policy/network-policies/network-policy.ts';
import type { OtherPolicy } from '../../policy/network-policies/other-policies.ts';
import { policyPodOf } from '../../policy/network-policies/policy-pod.ts';
import { selectPolicies } from '../../policy/network-policies/select-policies.ts';
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

/**
 * Says why a rendered pod must not start yet: it would be open from its first line until the operator has written what closes it; null
 * where policies hold it in both directions, and for no pod. Not every role has a start gate, which would find that out.
 */
export function whyOpen(
  rendered: { readonly pod: object } | null,
  { networkPolicies, namespaceLabels }: Pick<NetworkSurroundings, 'networkPolicies' | 'namespaceLabels'>,
): string | null {
  if (rendered === null) return null;
  const subject = policyPodOf(rendered.pod, namespaceLabels);
  const open = (['Ingress', 'Egress'] as const).filter(
    (direction) => !selectPolicies(networkPolicies, subject, direction).isIsolated,
  );
  return open.length === 0
    ? null
    : `no NetworkPolicy with policy type ${open.join(' or ')} selects it. The operator writes one; see the condition NetworkClosed of the TenantIsolation.`;
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
  const pod = policyPodOf(observed, namespaceLabels);
  return judgeEgress({
    pod,
    policies: networkPolicies,
    gateway: { tenant: tenant.name, podLabels: GATEWAY_SELECTOR },
    otherPolicies: otherPolicies(pod),
  });
}
