import { NETWORK_POLICY, systemNamespaceOf } from '../../api/names.ts';
import { describeRule, list } from './describe-rule.ts';
import { effectiveEgress, type EgressGrant } from './effective-egress.ts';
import type { GatewayPods } from './gateway-rule.ts';
import type { NetworkPolicy, PolicyPod } from './network-policy.ts';
import { describeOtherPolicy, type OtherPolicy } from './other-policies.ts';

/** What the condition `EgressClosed` says as far as policies go. */
export interface EgressJudgement {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: 'Closed' | 'OpenedBy' | 'OtherPolicyEngine';
  readonly message: string;
}

/** What is known about the egress of a pod. */
export interface EgressFacts {
  readonly pod: PolicyPod;
  /** Every NetworkPolicy of its namespace. */
  readonly policies: Iterable<NetworkPolicy>;
  readonly gateway: GatewayPods;
  /** Objects of other policy APIs that may let it out. */
  readonly otherPolicies: readonly OtherPolicy[];
}

/**
 * Judges whether NetworkPolicies let a pod out but to the gateway of its tenant, and names what does. What they open is
 * open whatever another API says: those that can deny it can be taken away without a word to us.
 */
export function judgeEgress({ pod, policies, gateway, otherPolicies }: EgressFacts): EgressJudgement {
  const egress = effectiveEgress(policies, pod, gateway);
  if (egress.kind === 'Everything') return opened(EVERYTHING[egress.cause]);
  const grants = egress.rules.filter(({ isGateway }) => !isGateway);
  if (grants.length > 0) return opened(describeGrants(grants));
  if (otherPolicies.length > 0) return unjudged(otherPolicies);
  const systemNamespace = systemNamespaceOf(gateway.tenant);
  const reached =
    egress.rules.length > 0
      ? `nothing but the gateway in namespace "${systemNamespace}"`
      : `nothing, not even the gateway in namespace "${systemNamespace}"`;
  return {
    status: 'True',
    reason: 'Closed',
    message: `The NetworkPolicies that select the pod let it reach ${reached}.`,
  };
}

const EVERYTHING = {
  HostNetwork:
    "The pod is on the node's network (spec.hostNetwork), where NetworkPolicies do not hold, so it may reach everything. Delete the pod.",
  NotSelected:
    'No NetworkPolicy with policy type Egress selects the pod, so it may reach everything. The operator writes one; see the condition NetworkClosed of the TenantIsolation.',
} as const;

function opened(message: string): EgressJudgement {
  return { status: 'False', reason: 'OpenedBy', message };
}

const UNCERTAIN = ' (whether it selects the pod cannot be read, so it counts)';

function describeGrants(grants: readonly EgressGrant[]): string {
  return `${list(grants, describeGrant, '; ')}. ${mend(grants)}`;
}

function describeGrant({ policy, index, rule, isCertain }: EgressGrant): string {
  const opens = `opens by spec.egress[${index}]: ${describeRule(rule, policy.namespace)}`;
  return `NetworkPolicy "${policy.name}" in namespace "${policy.namespace}" ${opens}${isCertain ? '' : UNCERTAIN}`;
}

function mend(grants: readonly EgressGrant[]): string {
  const foreign = grants.filter(({ policy }) => policy.name !== NETWORK_POLICY.allowGateway);
  if (foreign.length === 0)
    return 'It is not what the operator writes; delete it, and the operator writes it again.';
  return 'Delete what opens more than the gateway; what an agent may reach is said in its AgentRole.';
}

function unjudged(others: readonly OtherPolicy[]): EgressJudgement {
  return {
    status: 'Unknown',
    reason: 'OtherPolicyEngine',
    message: `NetworkPolicies let the pod reach nothing but its gateway, but Cloister cannot judge these policies, which may select it: ${list(others, describeOtherPolicy)}. Have none of them in force where agents run.`,
  };
}
