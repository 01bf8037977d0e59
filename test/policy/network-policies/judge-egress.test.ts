import { describe, expect, test } from 'vitest';
import type {
  EgressRule,
  NetworkPolicy,
  PolicyPeer,
} from '../../../src/policy/network-policies/network-policy.ts';
import { buildNetworkPolicy, buildPolicyPod } from '../../build/network-policy.ts';
import { judge, OURS } from './judge-policies.ts';
import { UNREADABLE_RULES, UNREADABLE_SELECTIONS } from './unreadable-policies.ts';

const withRule = (rule: EgressRule, metadata: NetworkPolicy['metadata'] = {}) => [
  ...OURS,
  buildNetworkPolicy({ podSelector: {}, policyTypes: ['Egress'], egress: [rule] }, metadata),
];

describe('Closed', () => {
  test('the default and the way to the gateway', () => {
    expect(judge(OURS)).toEqual({
      status: 'True',
      reason: 'Closed',
      message:
        'The NetworkPolicies that select the pod let it reach nothing but the gateway in namespace "cloister-t-acme".',
    });
  });

  test('a contained pod, which does not reach the gateway either', () => {
    const pod = buildPolicyPod({ labels: { 'cloister.dev/contained': 'true' } });
    expect(judge(OURS, { pod })).toMatchObject({
      reason: 'Closed',
      message: expect.stringContaining('let it reach nothing, not even the gateway') as string,
    });
  });

  test.for<[string, NetworkPolicy]>([
    ['lets somebody in', buildNetworkPolicy({ podSelector: {}, ingress: [{}] })],
    ['closes egress once more', buildNetworkPolicy({ podSelector: {}, policyTypes: ['Egress'], egress: [] })],
    [
      'opens the egress of other pods',
      buildNetworkPolicy({ podSelector: { matchLabels: { app: 'db' } }, egress: [{}] }),
    ],
    [
      'opens the egress of another namespace',
      buildNetworkPolicy({ podSelector: {}, egress: [{}] }, { namespace: 'data' }),
    ],
    [
      'has rules of egress that its policyTypes leave out',
      buildNetworkPolicy({ podSelector: {}, policyTypes: ['Ingress'], egress: [{}] }),
    ],
  ])('beside a policy that %s', ([, policy]) => {
    expect(judge([...OURS, policy])).toMatchObject({ status: 'True', reason: 'Closed' });
  });
});

describe('OpenedBy', () => {
  test.for<[string, EgressRule, string]>([
    ['a rule for everything', {}, 'every destination, on every port'],
    ['empty lists', { to: [], ports: [] }, 'every destination, on every port'],
    [
      'ports alone',
      { ports: [{ port: 443 }, { port: 53, protocol: 'UDP' }] },
      'every destination, on TCP 443, UDP 53',
    ],
    [
      'a range',
      { ports: [{ port: 30_000, endPort: 32_767, protocol: 'TCP' }] },
      'every destination, on TCP 30000 to 32767',
    ],
    ['a protocol', { ports: [{ protocol: 'SCTP' }] }, 'every destination, on every port of SCTP'],
    [
      'pods of the namespace',
      { to: [{ podSelector: { matchLabels: { app: 'db' } } }], ports: [{ port: 'sql' }] },
      'pods with app=db in namespace "acme-agents", on TCP "sql"',
    ],
    [
      'every pod of the cluster',
      { to: [{ namespaceSelector: {} }] },
      'every pod in every namespace, on every port',
    ],
    [
      'pods by expressions',
      {
        to: [
          {
            podSelector: {
              matchExpressions: [
                { key: 'tier', operator: 'In', values: ['a', 'b'] },
                { key: 'old', operator: 'NotIn', values: ['yes'] },
                { key: 'app', operator: 'DoesNotExist' },
              ],
            },
            namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] },
          },
        ],
      },
      'pods with tier in (a,b),old notin (yes),!app in namespaces with team, on every port',
    ],
    [
      'addresses',
      { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] },
      'the addresses 0.0.0.0/0 except 10.0.0.0/8, on every port',
    ],
    [
      'addresses of IPv6',
      { to: [{ ipBlock: { cidr: '2001:db8::/32' } }] },
      'the addresses 2001:db8::/32, on every port',
    ],
    [
      'more than a message should list',
      { to: ['1', '2', '3', '4', '5'].map((net) => ({ ipBlock: { cidr: `192.0.2.${net}/32` } })) },
      'the addresses 192.0.2.1/32, the addresses 192.0.2.2/32, the addresses 192.0.2.3/32 and 2 more, on every port',
    ],
  ])('%s', ([, rule, opens]) => {
    expect(judge(withRule(rule))).toEqual({
      status: 'False',
      reason: 'OpenedBy',
      message: `NetworkPolicy "older" in namespace "acme-agents" opens by spec.egress[0]: ${opens}. Delete what opens more than the gateway; what an agent may reach is said in its AgentRole.`,
    });
  });

  test('names each policy and rule, and counts those that a message should not list', () => {
    const rules = [80, 81, 82].map((port) => ({ ports: [{ port }] }));
    const policies = ['first', 'second'].map((name) =>
      buildNetworkPolicy({ podSelector: {}, policyTypes: ['Egress'], egress: rules }, { name }),
    );
    const { message } = judge([...OURS, ...policies]);
    expect(message).toContain(
      '"first" in namespace "acme-agents" opens by spec.egress[2]: every destination, on TCP 82 and 3 more.',
    );
  });

  test('no policy selects the pod', () => {
    expect(judge([])).toMatchObject({
      status: 'False',
      reason: 'OpenedBy',
      message: expect.stringContaining('No NetworkPolicy with policy type Egress selects the pod') as string,
    });
  });

  test("a pod on the node's network", () => {
    expect(judge(OURS, { pod: buildPolicyPod({ hostNetwork: true }) })).toMatchObject({
      status: 'False',
      reason: 'OpenedBy',
      message: expect.stringContaining('spec.hostNetwork') as string,
    });
  });

  test.for(UNREADABLE_RULES)('what may be open: $name', ({ spec }) => {
    const { reason, message } = judge([...OURS, buildNetworkPolicy(spec)]);
    expect(reason).toBe('OpenedBy');
    expect(message).toContain('cannot be read');
  });

  test.for(UNREADABLE_SELECTIONS)('what may be open: $name', ({ spec }) => {
    const { reason, message } = judge([...OURS, buildNetworkPolicy(spec)]);
    expect(reason).toBe('OpenedBy');
    expect(message).toContain('whether it selects the pod cannot be read, so it counts');
  });

  test('a value that would forge a line is shown on one', () => {
    const { message } = judge(
      withRule({ to: [{ podSelector: { matchLabels: { app: 'a\nEgressClosed: True' } } }] }),
    );
    expect(message).not.toContain('\n');
  });

  test('a policy of very many rules, peers and labels gives a message that fits a condition', () => {
    const many = Array.from({ length: 2000 }, (_, index) => `value-${index}`);
    const peer: PolicyPeer = {
      podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: many }] },
      namespaceSelector: { matchLabels: Object.fromEntries(many.map((key) => [key, 'x'])) },
    };
    const rule = { to: many.map(() => peer), ports: many.map((_, port) => ({ port: port + 1 })) };
    const spec = { podSelector: {}, policyTypes: ['Egress'], egress: many.slice(0, 10).map(() => rule) };
    expect(judge([...OURS, buildNetworkPolicy(spec)]).message.length).toBeLessThan(6000);
  });
});

describe('OtherPolicyEngine', () => {
  const otherPolicies = [
    { kind: 'CiliumNetworkPolicy', namespace: 'acme-agents', name: 'wide' },
    { kind: 'ClusterNetworkPolicy', namespace: null, name: 'baseline' },
  ];

  test('names the objects of the other APIs', () => {
    expect(judge(OURS, { otherPolicies })).toEqual({
      status: 'Unknown',
      reason: 'OtherPolicyEngine',
      message:
        'NetworkPolicies let the pod reach nothing but its gateway, but Cloister cannot judge these policies, which may select it: CiliumNetworkPolicy "wide" in namespace "acme-agents", ClusterNetworkPolicy "baseline". Have none of them in force where agents run.',
    });
  });

  test('hides no NetworkPolicy that opens the pod', () => {
    expect(judge(withRule({}), { otherPolicies })).toMatchObject({ status: 'False', reason: 'OpenedBy' });
  });
});
