import { matchLabels } from './match-labels.ts';
import type { Direction, Match, NetworkPolicy, PolicyPod } from './network-policy.ts';

/** The policies that concern one direction of one pod. */
export interface Selection {
  /** False: no policy selects the pod, so everything is allowed. */
  readonly isIsolated: boolean;
  /** Policies whose rules count, in their order. They add up. */
  readonly policies: readonly SelectingPolicy[];
}

export interface SelectingPolicy {
  readonly policy: NetworkPolicy;
  /** Whether it is known to select the pod. */
  readonly match: Match;
}

/**
 * Selects the policies of one direction. One that cannot be read closes nothing, since it may not select the pod, while its
 * rules count, since it may.
 */
export function selectPolicies(
  policies: Iterable<NetworkPolicy>,
  pod: PolicyPod,
  direction: Direction,
): Selection {
  const matches = [...policies].map((policy) => ({ policy, match: selects(policy, pod, direction) }));
  return {
    isIsolated: matches.some(({ match }) => match === 'Yes'),
    policies: matches.filter(({ match }) => match !== 'No'),
  };
}

/** Whether a policy selects the pod and says something about the direction. */
export function selects({ metadata, spec }: NetworkPolicy, pod: PolicyPod, direction: Direction): Match {
  if (metadata.namespace !== pod.namespace) return 'No';
  const types = policyTypes(spec ?? {});
  const isSelected = matchLabels(spec?.podSelector ?? {}, pod.labels);
  if (types.includes(direction) || isSelected === 'No') return isSelected;
  return types.every((type) => type === 'Ingress' || type === 'Egress') ? 'No' : 'Unknown';
}

/** The API server fills them in: Egress only where there is a rule of it, so an empty list does not close egress. */
function policyTypes({ policyTypes: types, egress }: NonNullable<NetworkPolicy['spec']>): readonly string[] {
  if (types && types.length > 0) return types;
  return egress && egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}
