import * as fc from 'fast-check';
import type {
  Connection,
  Endpoint,
  LabelSelector,
  NetworkPolicy,
  PolicyPeer,
  PolicyPod,
  PolicyPort,
} from '../../../src/policy/network-policies/network-policy.ts';

/** Policies of a few namespaces, and connections between their pods and the outside. */
export interface Scenario {
  /** As an author writes them. Each is valid. */
  readonly policies: readonly NetworkPolicy[];
  readonly pods: readonly PolicyPod[];
  readonly connections: readonly Connection[];
}

// Few of each, so that selectors, blocks and ports often meet what is there.
const KEYS = ['app', 'tier'] as const;
const VALUES = ['a', 'b', ''] as const;
const PORTS = [80, 443, 5432, 8080] as const;
const NAMES = ['http', 'db'] as const;
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;
const POD_ADDRESSES = [
  '10.0.0.5',
  '10.0.0.200',
  '10.0.1.5',
  '10.1.0.9',
  'fd00:1::5',
  'fd00:1:0:1::5',
  'fd00:2::9',
];
const OUTSIDE_ADDRESSES = ['192.0.2.7', '198.51.100.7', '2001:db8::7', '2001:db8:1::7', '169.254.169.254'];
const BLOCKS: readonly (readonly [cidr: string, ...exceptions: string[]])[] = [
  ['0.0.0.0/0', '10.0.0.0/8', '169.254.0.0/16', '192.0.2.0/24', '10.0.0.5/32'],
  ['10.0.0.0/8', '10.0.0.0/24', '10.0.0.128/25', '10.1.0.8/29'],
  ['10.0.0.0/23', '10.0.1.0/24', '10.0.0.5/32'],
  ['10.0.0.128/25', '10.0.0.192/26'],
  ['198.51.100.7/32'],
  ['::/0', 'fd00::/8', '2001:db8::/33', 'fd00:1::5/128'],
  ['fd00:1::/32', 'fd00:1::/64', 'fd00:1:0:1::/64'],
  ['2001:db8::/32', '2001:db8:1::/48'],
];

const BOTH = ['Ingress', 'Egress'];

const labels = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES), { maxKeys: 2 });

const requirement = fc.oneof(
  fc.record({
    key: fc.constantFrom(...KEYS),
    operator: fc.constantFrom('In', 'NotIn'),
    values: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ key: fc.constantFrom(...KEYS), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);

const selector: fc.Arbitrary<LabelSelector> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: fc.record({ matchLabels: labels }) },
  {
    weight: 3,
    arbitrary: fc.record({ matchExpressions: fc.array(requirement, { minLength: 1, maxLength: 2 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ matchLabels: labels, matchExpressions: fc.array(requirement, { maxLength: 1 }) }),
  },
);

const ipBlock = fc
  .constantFrom(...BLOCKS)
  .chain(([cidr, ...exceptions]) =>
    fc.record({ cidr: fc.constant(cidr), except: fc.subarray(exceptions) }, { requiredKeys: ['cidr'] }),
  );

const peer: fc.Arbitrary<PolicyPeer> = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector: selector }),
  fc.record({ podSelector: selector, namespaceSelector: selector }),
  { weight: 2, arbitrary: fc.record({ ipBlock }) },
);

const protocol = fc.option(fc.constantFrom('TCP', ...PROTOCOLS), { nil: undefined, freq: 2 });
const port: fc.Arbitrary<PolicyPort> = fc
  .tuple(
    protocol,
    fc.oneof(
      fc.constant({}),
      { weight: 2, arbitrary: fc.record({ port: fc.constantFrom(...PORTS) }) },
      fc.record({ port: fc.constantFrom(...NAMES) }),
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          { port: 80, endPort: 80 },
          { port: 79, endPort: 443 },
          { port: 444, endPort: 5431 },
          { port: 1, endPort: 65_535 },
        ),
      },
    ),
  )
  .map(([of, numbers]) => (of === undefined ? numbers : { protocol: of, ...numbers }));

// An empty list opens everything, so it is the lesser part.
const ports = fc.oneof(
  { weight: 4, arbitrary: fc.array(port, { minLength: 1, maxLength: 2 }) },
  fc.constant([]),
);
const peers = fc.oneof(
  { weight: 4, arbitrary: fc.array(peer, { minLength: 1, maxLength: 2 }) },
  fc.constant([]),
);
const egressRule = fc.record({ to: peers, ports }, { requiredKeys: [] });
const ingressRule = fc.record({ from: peers, ports }, { requiredKeys: [] });

const fields = {
  podSelector: selector,
  policyTypes: fc.constantFrom(['Egress'], ['Ingress'], BOTH, BOTH, BOTH, []),
  egress: fc.array(egressRule, { maxLength: 2 }),
  ingress: fc.array(ingressRule, { maxLength: 2 }),
};
const spec = fc.oneof(
  { weight: 2, arbitrary: fc.record(fields, { requiredKeys: ['podSelector', 'policyTypes'] }) },
  fc.record(fields, { requiredKeys: ['podSelector'] }),
);

function policyIn(namespaces: readonly string[]): fc.Arbitrary<NetworkPolicy> {
  // Two of three in one namespace, so that they add up.
  const namespace = fc.constantFrom(namespaces[0] ?? '', ...namespaces);
  return fc.record({ metadata: fc.record({ namespace, name: fc.uuid() }), spec });
}

function podIn(namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>): fc.Arbitrary<PolicyPod> {
  const names = [...namespaces.keys()];
  const containerPort = fc.record({
    name: fc.constantFrom(...NAMES),
    containerPort: fc.constantFrom(...PORTS),
    protocol: fc.constantFrom('TCP', ...PROTOCOLS),
  });
  return fc
    .record({
      namespace: fc.constantFrom(names[0] ?? '', ...names),
      labels,
      ports: fc.uniqueArray(containerPort, { minLength: 1, maxLength: 3, selector: ({ name }) => name }),
    })
    .map((pod) => ({ ...pod, namespaceLabels: namespaces.get(pod.namespace) ?? {}, hostNetwork: false }));
}

function connectionAmong(pods: readonly PolicyPod[]): fc.Arbitrary<Connection> {
  const inside = fc.record({
    address: fc.constantFrom(...POD_ADDRESSES),
    pod: fc.constantFrom<(PolicyPod | null)[]>(...pods),
  });
  const outside: fc.Arbitrary<Endpoint> = fc.record({
    address: fc.constantFrom(...OUTSIDE_ADDRESSES),
    pod: fc.constant(null),
  });
  return fc.record({
    source: fc.oneof({ weight: 5, arbitrary: inside }, outside),
    destination: fc.oneof({ weight: 5, arbitrary: inside }, outside),
    port: fc.constantFrom(...PORTS),
    protocol: fc.constantFrom('TCP', ...PROTOCOLS),
  });
}

/** Generates scenarios, the same for the same seed. Namespaces come with their labels. */
export function generateScenarios(
  namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>,
  count: number,
  seed: number,
): readonly Scenario[] {
  const scenario = fc
    .record({
      policies: fc.array(policyIn([...namespaces.keys()]), { minLength: 1, maxLength: 4 }),
      pods: fc.array(podIn(namespaces), { minLength: 2, maxLength: 4 }),
    })
    .chain(({ policies, pods }) =>
      fc.record({
        policies: fc.constant(policies),
        pods: fc.constant(pods),
        connections: fc.array(connectionAmong(pods), { minLength: 6, maxLength: 6 }),
      }),
    );
  return fc.sample(scenario, { seed, numRuns: count });
}
