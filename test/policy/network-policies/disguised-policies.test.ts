import { describe, expect, test } from 'vitest';
import type {
  EgressRule,
  NetworkPolicy,
  NetworkPolicySpec,
} from '../../../src/policy/network-policies/network-policy.ts';
import {
  buildAllowGateway,
  buildNetworkPolicy,
  defaultDeny,
  GATEWAY_LABELS,
} from '../../build/network-policy.ts';
import { judge, OURS } from './judge-policies.ts';

describe('what tries to look closed', () => {
  const gatewayRule = buildAllowGateway().spec?.egress?.[0] ?? {};
  const [gatewayPeer = {}] = gatewayRule.to ?? [];
  const inSystemNamespace = gatewayPeer.namespaceSelector ?? {};

  test.for<[string, EgressRule[]]>([
    ['a policy from before the enrolment that selects every pod', [{}]],
    ['a rule with ports only', [{ ports: [{ port: 443 }] }]],
    ['a rule with an empty list of peers', [{ to: [], ports: gatewayRule.ports ?? [] }]],
    ['a rule for DNS', [{ ports: [{ port: 53, protocol: 'UDP' }] }]],
    ['a rule for the same pods and ports as the operator writes', [gatewayRule]],
    [
      "a block with nothing but the gateway's address",
      [{ to: [{ ipBlock: { cidr: '10.96.0.12/32' } }], ports: gatewayRule.ports ?? [] }],
    ],
    [
      'a rule for pods that do not exist yet',
      [{ to: [{ podSelector: { matchLabels: { app: 'tomorrow' } } }] }],
    ],
    [
      'a block with everything excepted in halves',
      [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['0.0.0.0/1', '128.0.0.0/1'] } }] }],
    ],
  ])('%s', ([, egress]) => {
    const policy = buildNetworkPolicy({ podSelector: {}, policyTypes: ['Egress'], egress });
    expect(judge([...OURS, policy])).toMatchObject({ status: 'False', reason: 'OpenedBy' });
  });

  test.for<[string, NetworkPolicySpec]>([
    ['a second rule', { egress: [gatewayRule, {}] }],
    ['no peers', { egress: [{ ports: gatewayRule.ports ?? [] }] }],
    ['no ports', { egress: [{ to: gatewayRule.to ?? [] }] }],
    [
      'a peer of another namespace',
      { egress: [{ ...gatewayRule, to: [gatewayPeer, { ...gatewayPeer, namespaceSelector: {} }] }] },
    ],
    [
      'a peer of the namespace of the pods',
      { egress: [{ ...gatewayRule, to: [{ podSelector: { matchLabels: GATEWAY_LABELS } }] }] },
    ],
    [
      'a peer of the system namespace of another tenant',
      {
        egress: [
          {
            ...gatewayRule,
            to: [{ ...gatewayPeer, namespaceSelector: { matchLabels: { 'cloister.dev/system': 'other' } } }],
          },
        ],
      },
    ],
    [
      'every pod of the system namespace',
      { egress: [{ ...gatewayRule, to: [{ namespaceSelector: inSystemNamespace }] }] },
    ],
    ['a block', { egress: [{ ...gatewayRule, to: [gatewayPeer, { ipBlock: { cidr: '0.0.0.0/0' } }] }] }],
    [
      'a block beside the selectors',
      { egress: [{ ...gatewayRule, to: [{ ...gatewayPeer, ipBlock: { cidr: '0.0.0.0/0' } }] }] },
    ],
    ['another port', { egress: [{ ...gatewayRule, ports: [{ port: 8443 }, { port: 443 }] }] }],
    ['a range of ports', { egress: [{ ...gatewayRule, ports: [{ port: 3128, endPort: 8444 }] }] }],
    ['another protocol', { egress: [{ ...gatewayRule, ports: [{ port: 8443, protocol: 'UDP' }] }] }],
    ['a protocol without a port', { egress: [{ ...gatewayRule, ports: [{ protocol: 'TCP' }] }] }],
    ['the name of a port', { egress: [{ ...gatewayRule, ports: [{ port: 'api' }] }] }],
  ])('the policy of the operator, edited to have %s', ([, changes]) => {
    const judgement = judge([defaultDeny, buildAllowGateway(changes)]);
    expect(judgement).toMatchObject({ status: 'False', reason: 'OpenedBy' });
    expect(judgement.message).toContain('NetworkPolicy "cloister-allow-gateway"');
    expect(judgement.message).toContain('It is not what the operator writes');
  });

  test('the policy of the operator may name its namespace by the label that only the operator sets', () => {
    const to = [{ ...gatewayPeer, namespaceSelector: { matchLabels: { 'cloister.dev/system': 'acme' } } }];
    expect(judge([defaultDeny, buildAllowGateway({ egress: [{ ...gatewayRule, to }] })]).reason).toBe(
      'Closed',
    );
  });

  test.for<[string, NetworkPolicy['metadata']]>([
    ['the name of the policy of the operator, without its label', { labels: {} }],
    ['the label of the operator, on another name', { name: 'cloister-allow-gateway-too' }],
    [
      'the label of the operator with another value',
      { labels: { 'app.kubernetes.io/managed-by': 'Cloister' } },
    ],
  ])('%s', ([, metadata]) => {
    expect(judge([defaultDeny, buildAllowGateway({}, metadata)]).reason).toBe('OpenedBy');
  });

  test('the policy of the operator for another tenant', () => {
    const gateway = { tenant: 'other', podLabels: GATEWAY_LABELS };
    expect(judge(OURS, { gateway }).reason).toBe('OpenedBy');
  });
});
