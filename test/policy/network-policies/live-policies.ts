import type { EgressRule } from '../../../src/policy/network-policies/network-policy.ts';

/** Each holds one pod: the rules of egress of each of its policies, which add up. */
export const LIVE_POLICIES: Readonly<Record<string, readonly (readonly EgressRule[])[]>> = {
  'no rule': [[]],
  'a rule for everything': [[{}]],
  'a port of every destination': [[{ ports: [{ port: 443 }] }]],
  'no peers and a port': [[{ to: [], ports: [{ port: 8080, protocol: 'TCP' }] }]],
  'a range of ports': [[{ ports: [{ port: 53, endPort: 443 }] }]],
  'another protocol': [[{ ports: [{ protocol: 'UDP' }] }]],
  'pods of the namespace': [[{ to: [{ podSelector: {} }] }]],
  'pods of the namespace by a label': [[{ to: [{ podSelector: { matchLabels: { app: 'db' } } }] }]],
  'pods of other namespaces': [[{ to: [{ namespaceSelector: { matchLabels: { team: 'data' } } }] }]],
  'pods of every namespace': [[{ to: [{ namespaceSelector: {} }] }]],
  'both selectors': [[{ to: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'web' } } }] }]],
  'a label that pods do not have': [
    [
      {
        to: [
          {
            namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['data'] }] },
            podSelector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['front'] }] },
          },
        ],
      },
    ],
  ],
  'labels that are there, and not': [
    [
      {
        to: [
          {
            podSelector: {
              matchExpressions: [
                { key: 'app', operator: 'In', values: ['db', 'web'] },
                { key: 'tier', operator: 'Exists' },
              ],
            },
          },
          {
            namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] },
            podSelector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] },
          },
        ],
      },
    ],
  ],
  'the name of a port': [[{ to: [{ namespaceSelector: {} }], ports: [{ port: 'http' }] }]],
  'a block': [[{ to: [{ ipBlock: { cidr: '8.0.0.0/8' } }] }]],
  'a block with exceptions': [
    [
      {
        to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['8.8.0.0/16', '10.0.0.0/8'] } }],
        ports: [{ port: 443 }],
      },
    ],
  ],
  'a block with the addresses of pods': [[{ to: [{ ipBlock: { cidr: '10.244.0.0/16' } }] }]],
  'several policies': [
    [{ to: [{ ipBlock: { cidr: '1.1.1.1/32' } }], ports: [{ port: 443 }] }],
    [],
    [{ to: [{ podSelector: { matchLabels: { app: 'db' } } }] }],
  ],
};
