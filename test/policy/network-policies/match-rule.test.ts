import { describe, expect, test } from 'vitest';
import { evaluateConnection } from '../../../src/policy/network-policies/evaluate-connection.ts';
import type {
  Connection,
  Endpoint,
  NetworkPolicySpec,
  PolicyPeer,
  PolicyPort,
} from '../../../src/policy/network-policies/network-policy.ts';
import { buildNetworkPolicy, buildPolicyPod, defaultDeny } from '../../build/network-policy.ts';
import { agent, database, from, neighbour, outside, outsideIPv6 } from './connections.ts';

const isLetOut = (spec: NetworkPolicySpec, connection: Connection) => {
  const policy = buildNetworkPolicy({ podSelector: {}, policyTypes: ['Egress'], ...spec });
  return evaluateConnection([defaultDeny, policy], connection).egress;
};

describe('which peers a rule means', () => {
  const data = { matchLabels: { team: 'data' } };
  test.for<[string, PolicyPeer[], Endpoint, boolean]>([
    ['no peers: every destination', [], outside, true],
    ['a podSelector alone: pods of the namespace of the policy', [{ podSelector: {} }], neighbour, true],
    ['a podSelector alone: no pod of another namespace', [{ podSelector: {} }], database, false],
    ['an empty podSelector: nothing outside the cluster', [{ podSelector: {} }], outside, false],
    ['a namespaceSelector alone: every pod there', [{ namespaceSelector: data }], database, true],
    ['a namespaceSelector alone: no pod elsewhere', [{ namespaceSelector: data }], neighbour, false],
    ['an empty namespaceSelector: pods of every namespace', [{ namespaceSelector: {} }], database, true],
    ['an empty namespaceSelector: nothing outside the cluster', [{ namespaceSelector: {} }], outside, false],
    [
      'both selectors in one peer: both must match',
      [{ namespaceSelector: data, podSelector: { matchLabels: { app: 'other' } } }],
      database,
      false,
    ],
    [
      'both selectors in two peers: one is enough',
      [{ namespaceSelector: data }, { podSelector: {} }],
      neighbour,
      true,
    ],
    ['a block with the address', [{ ipBlock: { cidr: '192.0.2.0/24' } }], outside, true],
    ['a block without the address', [{ ipBlock: { cidr: '198.51.100.0/24' } }], outside, false],
    ['a block with the address of a pod', [{ ipBlock: { cidr: '10.0.1.0/24' } }], database, true],
    [
      'a block whose exception has the address',
      [{ ipBlock: { cidr: '0.0.0.0/0', except: ['192.0.2.0/24'] } }],
      outside,
      false,
    ],
    [
      'an exception that another peer allows',
      [{ ipBlock: { cidr: '0.0.0.0/0', except: ['192.0.2.0/24'] } }, { ipBlock: { cidr: '192.0.2.7/32' } }],
      outside,
      true,
    ],
    ['a block of IPv6', [{ ipBlock: { cidr: '2001:db8::/32' } }], outsideIPv6, true],
    [
      'a block of IPv6 with an exception',
      [{ ipBlock: { cidr: '::/0', except: ['2001:db8::/64'] } }],
      outsideIPv6,
      false,
    ],
    ['every IPv4 address: no IPv6 address', [{ ipBlock: { cidr: '0.0.0.0/0' } }], outsideIPv6, false],
    ['every IPv6 address: no IPv4 address', [{ ipBlock: { cidr: '::/0' } }], outside, false],
  ])('%s', ([, to, destination, expected]) => {
    expect(isLetOut({ egress: [{ to }] }, from(destination))).toBe(expected);
  });
});

describe('which labels a selector means', () => {
  test.for<[string, NonNullable<PolicyPeer['podSelector']>, boolean]>([
    ['a label with the value', { matchLabels: { app: 'db' } }, true],
    ['a label with another value', { matchLabels: { app: 'web' } }, false],
    ['an empty value', { matchLabels: { tier: '' } }, true],
    ['an empty value of a label that is missing', { matchLabels: { missing: '' } }, false],
    [
      'a name that every object inherits',
      { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] },
      false,
    ],
    [
      'In with the value',
      { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'db'] }] },
      true,
    ],
    [
      'In of a label that is missing',
      { matchExpressions: [{ key: 'missing', operator: 'In', values: ['db'] }] },
      false,
    ],
    [
      'NotIn with the value',
      { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['db'] }] },
      false,
    ],
    [
      'NotIn with another value',
      { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] },
      true,
    ],
    [
      'NotIn of a label that is missing',
      { matchExpressions: [{ key: 'missing', operator: 'NotIn', values: ['db'] }] },
      true,
    ],
    ['Exists', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
    [
      'Exists of a label that is missing',
      { matchExpressions: [{ key: 'missing', operator: 'Exists' }] },
      false,
    ],
    ['DoesNotExist', { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }, false],
    [
      'DoesNotExist of a label that is missing',
      { matchExpressions: [{ key: 'missing', operator: 'DoesNotExist' }] },
      true,
    ],
    [
      'labels and expressions, of which one fails',
      { matchLabels: { app: 'db' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] },
      false,
    ],
  ])('%s', ([, podSelector, expected]) => {
    const egressRules = [{ to: [{ namespaceSelector: {}, podSelector }] }];
    expect(isLetOut({ egress: egressRules }, from(database))).toBe(expected);
  });
});

describe('which ports a rule means', () => {
  test.for<[string, PolicyPort[], Partial<Connection>, boolean]>([
    ['no ports: every port of every protocol', [], { port: 9, protocol: 'SCTP' }, true],
    ['a port is of TCP, unless it says so', [{ port: 5432 }], {}, true],
    ['a port is not of UDP, unless it says so', [{ port: 5432 }], { protocol: 'UDP' }, false],
    [
      'a protocol without a port: every port of it',
      [{ protocol: 'UDP' }],
      { port: 9, protocol: 'UDP' },
      true,
    ],
    ['a protocol without a port: no other protocol', [{ protocol: 'UDP' }], {}, false],
    ['SCTP', [{ protocol: 'SCTP', port: 5432 }], { protocol: 'SCTP' }, true],
    ['another port', [{ port: 5433 }], {}, false],
    ['the first port of a range', [{ port: 5432, endPort: 5440 }], {}, true],
    ['the last port of a range', [{ port: 5400, endPort: 5432 }], {}, true],
    ['a port behind a range', [{ port: 5400, endPort: 5431 }], {}, false],
    ['a range of one port', [{ port: 5432, endPort: 5432 }], {}, true],
    ['the name of a port of the destination', [{ port: 'sql' }], {}, true],
    ['the name of another port', [{ port: 'sql' }], { port: 80 }, false],
    ['the name with another protocol', [{ port: 'sql', protocol: 'UDP' }], { protocol: 'UDP' }, false],
    ['a name that the destination does not have', [{ port: 'http' }], {}, false],
    ['a name, to an address outside the cluster', [{ port: 'sql' }], { destination: outside }, false],
  ])('%s', ([, ports, changes, expected]) => {
    expect(isLetOut({ egress: [{ ports }] }, from(database, changes))).toBe(expected);
  });

  test('a name of the source means nothing for egress', () => {
    const source = { ...agent, pod: buildPolicyPod({ ports: [{ name: 'http', containerPort: 5432 }] }) };
    expect(isLetOut({ egress: [{ ports: [{ port: 'http' }] }] }, from(database, { source }))).toBe(false);
  });

  test('a rule opens its ports at its peers only', () => {
    const rules = [
      { to: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: [{ port: 443 }] },
      { to: [{ namespaceSelector: {} }], ports: [{ port: 80 }] },
    ];
    expect(isLetOut({ egress: rules }, from(outside, { port: 443 }))).toBe(true);
    expect(isLetOut({ egress: rules }, from(outside, { port: 80 }))).toBe(false);
    expect(isLetOut({ egress: rules }, from(database, { port: 443 }))).toBe(false);
  });
});
