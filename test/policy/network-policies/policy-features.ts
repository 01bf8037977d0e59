import type {
  LabelRequirement,
  LabelSelector,
  NetworkPolicy,
  PolicyPeer,
  PolicyPort,
} from '../../../src/policy/network-policies/network-policy.ts';

/** Each part of the semantics of NetworkPolicy, and whether a policy, as written, uses it. */
export const FEATURES: Readonly<Record<string, (policy: NetworkPolicy) => boolean>> = {
  'policyTypes not set': ({ spec }) => spec?.policyTypes === undefined,
  'policyTypes empty': ({ spec }) => spec?.policyTypes?.length === 0,
  'policyTypes implied by egress': ({ spec }) => !spec?.policyTypes?.length && Boolean(spec?.egress?.length),
  'an empty list of egress that implies nothing': ({ spec }) =>
    !spec?.policyTypes?.length && spec?.egress?.length === 0,
  'egress only': ({ spec }) => spec?.policyTypes?.join() === 'Egress',
  'ingress only': ({ spec }) => spec?.policyTypes?.join() === 'Ingress',
  'both directions': ({ spec }) => spec?.policyTypes?.length === 2,
  'egress closed without a rule': ({ spec }) =>
    Boolean(spec?.policyTypes?.includes('Egress')) && !spec?.egress?.length,
  'ingress closed without a rule': ({ spec }) =>
    spec?.policyTypes?.includes('Ingress') !== false && !spec?.ingress?.length,
  'a rule that says nothing': (policy) => rules(policy).some((rule) => Object.keys(rule).length === 0),
  'peers not set': (policy) => rules(policy).some(({ peers }) => peers === undefined),
  'peers empty': (policy) => rules(policy).some(({ peers }) => peers?.length === 0),
  'ports not set': (policy) => rules(policy).some((rule) => rule.ports === undefined),
  'ports empty': (policy) => rules(policy).some((rule) => rule.ports?.length === 0),
  'a policy for every pod': ({ spec }) => isEmpty(spec?.podSelector),
  'a policy for some pods': ({ spec }) => !isEmpty(spec?.podSelector),
  'a podSelector alone': ofPeer((peer) => Boolean(peer.podSelector) && !peer.namespaceSelector),
  'a namespaceSelector alone': ofPeer((peer) => !peer.podSelector && Boolean(peer.namespaceSelector)),
  'both selectors': ofPeer((peer) => Boolean(peer.podSelector) && Boolean(peer.namespaceSelector)),
  'an empty selector of pods': ofPeer(({ podSelector }) => podSelector !== undefined && isEmpty(podSelector)),
  'an empty selector of namespaces': ofPeer(
    ({ namespaceSelector }) => namespaceSelector !== undefined && isEmpty(namespaceSelector),
  ),
  matchLabels: ofSelector(({ matchLabels }) => Object.keys(matchLabels ?? {}).length > 0),
  'an empty value of a label': ofSelector(({ matchLabels }) => Object.values(matchLabels ?? {}).includes('')),
  In: ofRequirement(({ operator }) => operator === 'In'),
  NotIn: ofRequirement(({ operator }) => operator === 'NotIn'),
  Exists: ofRequirement(({ operator }) => operator === 'Exists'),
  DoesNotExist: ofRequirement(({ operator }) => operator === 'DoesNotExist'),
  'labels and expressions together': ofSelector(
    ({ matchLabels, matchExpressions }) =>
      Object.keys(matchLabels ?? {}).length > 0 && Boolean(matchExpressions?.length),
  ),
  'an IPv4 block': ofPeer(({ ipBlock }) => Boolean(ipBlock?.cidr?.includes('.'))),
  'an IPv6 block': ofPeer(({ ipBlock }) => Boolean(ipBlock?.cidr?.includes(':'))),
  'an IPv4 block with exceptions': ofPeer(({ ipBlock }) => Boolean(ipBlock?.except?.[0]?.includes('.'))),
  'an IPv6 block with exceptions': ofPeer(({ ipBlock }) => Boolean(ipBlock?.except?.[0]?.includes(':'))),
  'a protocol without a port': ofPort((port) => port.port === undefined),
  'a port by number': ofPort((port) => typeof port.port === 'number' && port.endPort === undefined),
  'a port by name': ofPort((port) => typeof port.port === 'string'),
  'a range of ports': ofPort((port) => port.endPort !== undefined),
  'a protocol not set': ofPort(({ protocol }) => protocol === undefined),
  TCP: ofPort(({ protocol }) => protocol === 'TCP'),
  UDP: ofPort(({ protocol }) => protocol === 'UDP'),
  SCTP: ofPort(({ protocol }) => protocol === 'SCTP'),
};

interface WrittenRule {
  readonly peers?: readonly PolicyPeer[];
  readonly ports?: readonly PolicyPort[];
}

function rules({ spec }: NetworkPolicy): readonly WrittenRule[] {
  return [
    ...(spec?.egress ?? []).map(({ to, ...rest }) => (to === undefined ? rest : { peers: to, ...rest })),
    ...(spec?.ingress ?? []).map(({ from, ...rest }) =>
      from === undefined ? rest : { peers: from, ...rest },
    ),
  ];
}

function ofPeer(has: (peer: PolicyPeer) => boolean): (policy: NetworkPolicy) => boolean {
  return (policy) => rules(policy).some(({ peers }) => peers?.some(has));
}

function ofPort(has: (port: PolicyPort) => boolean): (policy: NetworkPolicy) => boolean {
  return (policy) => rules(policy).some(({ ports }) => ports?.some(has));
}

function ofSelector(has: (selector: LabelSelector) => boolean): (policy: NetworkPolicy) => boolean {
  return (policy) =>
    [
      policy.spec?.podSelector,
      ...rules(policy).flatMap(({ peers }) =>
        (peers ?? []).flatMap(({ podSelector, namespaceSelector }) => [podSelector, namespaceSelector]),
      ),
    ].some((selector) => selector !== undefined && has(selector));
}

function ofRequirement(has: (requirement: LabelRequirement) => boolean): (policy: NetworkPolicy) => boolean {
  return ofSelector(({ matchExpressions }) => Boolean(matchExpressions?.some(has)));
}

function isEmpty(selector: LabelSelector | undefined): boolean {
  return !Object.keys(selector?.matchLabels ?? {}).length && !selector?.matchExpressions?.length;
}
