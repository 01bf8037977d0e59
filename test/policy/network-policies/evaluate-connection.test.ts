import { describe, expect, test } from 'vitest';
import { allows, evaluateConnection } from '../../../src/policy/network-policies/evaluate-connection.ts';
import type {
  Connection,
  Endpoint,
  NetworkPolicySpec,
} from '../../../src/policy/network-policies/network-policy.ts';
import { buildNetworkPolicy, buildPolicyPod, defaultDeny } from '../../build/network-policy.ts';
import { agent, database, from, neighbour, outside } from './connections.ts';
import { UNREADABLE_RULES, UNREADABLE_SELECTIONS } from './unreadable-policies.ts';

const egress = (spec: NetworkPolicySpec) =>
  buildNetworkPolicy({ podSelector: {}, policyTypes: ['Egress'], ...spec });
describe('which policies hold a pod', () => {
  test.for<[string, NetworkPolicySpec, 'open' | 'closed']>([
    ['no rule of egress and no policyTypes: egress stays open', { podSelector: {} }, 'open'],
    [
      'an empty list of egress without policyTypes: egress stays open',
      { podSelector: {}, egress: [] },
      'open',
    ],
    [
      'a rule of egress without policyTypes: what it does not allow is closed',
      { egress: [{ to: [{ podSelector: {} }] }] },
      'closed',
    ],
    ['an empty list of egress with policyTypes: closed', { policyTypes: ['Egress'], egress: [] }, 'closed'],
    ['policyTypes without egress: egress stays open', { policyTypes: ['Ingress'], egress: [] }, 'open'],
    [
      'rules of egress that policyTypes leave out: egress stays open',
      { policyTypes: ['Ingress'], egress: [{ to: [{ podSelector: {} }] }] },
      'open',
    ],
    ['a podSelector that is not set selects every pod', { policyTypes: ['Egress'] }, 'closed'],
    [
      'a podSelector for other pods',
      { podSelector: { matchLabels: { app: 'db' } }, policyTypes: ['Egress'] },
      'open',
    ],
  ])('%s', ([, spec, expected]) => {
    expect(evaluateConnection([buildNetworkPolicy(spec)], from(outside)).egress).toBe(expected === 'open');
  });

  test('without a policy everything is open both ways', () => {
    expect(evaluateConnection([], from(database))).toEqual({ egress: true, ingress: true });
  });

  test('a policy of another namespace does not hold the pod', () => {
    const elsewhere = { ...defaultDeny, metadata: { ...defaultDeny.metadata, namespace: 'data' } };
    expect(evaluateConnection([elsewhere], from(outside)).egress).toBe(true);
  });

  test("a pod on the node's network is held by none", () => {
    const source = { ...agent, pod: buildPolicyPod({ hostNetwork: true }) };
    expect(evaluateConnection([defaultDeny], from(outside, { source })).egress).toBe(true);
  });

  test('an address outside the cluster is held by none', () => {
    expect(evaluateConnection([defaultDeny], from(outside, { source: outside })).egress).toBe(true);
  });

  test('rules of several policies add up, and none takes away', () => {
    const policies = [
      defaultDeny,
      egress({ egress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }] }),
      egress({ egress: [] }),
      egress({ egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] }),
    ];
    expect(evaluateConnection(policies, from(outside)).egress).toBe(true);
    expect(evaluateConnection(policies, from(database, { port: 53, protocol: 'UDP' })).egress).toBe(true);
    expect(evaluateConnection(policies, from(database)).egress).toBe(false);
  });

  test('the policies of both ends must allow a connection', () => {
    const out = egress({ egress: [{}] });
    const inward = buildNetworkPolicy({ podSelector: {}, ingress: [] }, { namespace: 'data' });
    expect(evaluateConnection([defaultDeny, out, inward], from(database))).toEqual({
      egress: true,
      ingress: false,
    });
    expect(allows([defaultDeny, out, inward], from(database))).toBe(false);
    expect(allows([defaultDeny, out], from(database))).toBe(true);
  });
});

describe('who may call a pod', () => {
  const caller = (source: Endpoint, port = 8080): Connection => ({
    source,
    destination: agent,
    port,
    protocol: 'TCP',
  });
  const isLetIn = (spec: NetworkPolicySpec, connection: Connection) =>
    evaluateConnection([defaultDeny, buildNetworkPolicy({ podSelector: {}, ...spec })], connection).ingress;

  test('nobody, where only the default holds', () => {
    expect(evaluateConnection([defaultDeny], caller(neighbour)).ingress).toBe(false);
  });

  test('those that a rule names, on its ports', () => {
    const spec = {
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'db' } } }], ports: [{ port: 8080 }] }],
    };
    expect(isLetIn(spec, caller(neighbour))).toBe(true);
    expect(isLetIn(spec, caller(neighbour, 8081))).toBe(false);
    expect(isLetIn(spec, caller(database))).toBe(false);
    expect(isLetIn(spec, caller(outside))).toBe(false);
  });

  test('a rule of egress lets nobody in', () => {
    expect(isLetIn({ policyTypes: ['Ingress', 'Egress'], egress: [{}] }, caller(neighbour))).toBe(false);
  });
});

describe('what cannot be read is open', () => {
  test.for(UNREADABLE_RULES)('$name', ({ spec }) => {
    expect(evaluateConnection([defaultDeny, buildNetworkPolicy(spec)], from(neighbour)).egress).toBe(true);
  });

  test.for(UNREADABLE_SELECTIONS)('$name', ({ spec }) => {
    expect(evaluateConnection([defaultDeny, buildNetworkPolicy(spec)], from(outside)).egress).toBe(true);
  });

  test.for(UNREADABLE_SELECTIONS)('$name closes nothing', ({ spec }) => {
    const withoutRules = buildNetworkPolicy({ ...spec, egress: [] });
    expect(evaluateConnection([withoutRules], from(outside)).egress).toBe(true);
  });

  test('a range that cannot be read opens no more than its peers', () => {
    const rule = { to: [{ podSelector: {} }], ports: [{ port: 443, endPort: 80 }] };
    expect(evaluateConnection([defaultDeny, egress({ egress: [rule] })], from(neighbour)).egress).toBe(true);
    expect(evaluateConnection([defaultDeny, egress({ egress: [rule] })], from(outside)).egress).toBe(false);
  });

  test('an exception that cannot be read takes nothing from one that can', () => {
    const ipBlock = { cidr: '0.0.0.0/0', except: ['everything', '192.0.2.0/24'] };
    expect(
      evaluateConnection([defaultDeny, egress({ egress: [{ to: [{ ipBlock }] }] })], from(outside)).egress,
    ).toBe(false);
  });
});
