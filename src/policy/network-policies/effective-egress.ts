import { rulesOf } from './evaluate-connection.ts';
import { type GatewayPods, isGatewayRule } from './gateway-rule.ts';
import type { Rule } from './match-rule.ts';
import type { NetworkPolicy, PolicyPod } from './network-policy.ts';
import { selectPolicies, type SelectingPolicy } from './select-policies.ts';

/** Where a pod may connect to by all policies together. */
export type EffectiveEgress =
  /** Everywhere. `HostNetwork`: policies do not hold; `NotSelected`: no policy with type Egress selects the pod. */
  | { readonly kind: 'Everything'; readonly cause: 'HostNetwork' | 'NotSelected' }
  /** To what one of the rules allows. */
  | { readonly kind: 'Rules'; readonly rules: readonly EgressGrant[] };

/** A rule that lets the pod out. */
export interface EgressGrant {
  readonly policy: { readonly namespace: string; readonly name: string };
  /** Index in `spec.egress`. */
  readonly index: number;
  readonly rule: Rule;
  /** Whether the policy is known to select the pod. One that cannot be read counts. */
  readonly isCertain: boolean;
  /** Whether it is the operator's, and opens nothing but the gateway. */
  readonly isGateway: boolean;
}

/**
 * Returns the union of the policies that select a pod, rule by rule. A rule counts whether or not anything matches it now:
 * pods come and addresses move.
 */
export function effectiveEgress(
  policies: Iterable<NetworkPolicy>,
  pod: PolicyPod,
  gateway: GatewayPods,
): EffectiveEgress {
  if (pod.hostNetwork) return { kind: 'Everything', cause: 'HostNetwork' };
  const selection = selectPolicies(policies, pod, 'Egress');
  if (!selection.isIsolated) return { kind: 'Everything', cause: 'NotSelected' };
  return { kind: 'Rules', rules: selection.policies.flatMap((selecting) => grantsOf(selecting, gateway)) };
}

function grantsOf({ policy, match }: SelectingPolicy, gateway: GatewayPods): readonly EgressGrant[] {
  const { namespace = '', name = '' } = policy.metadata;
  return rulesOf(policy.spec, 'Egress').map((rule, index) => ({
    policy: { namespace, name },
    index,
    rule,
    isCertain: match === 'Yes',
    isGateway: isGatewayRule(policy, rule, gateway),
  }));
}
