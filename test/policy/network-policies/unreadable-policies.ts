import type {
  NetworkPolicySpec,
  PolicyPeer,
  PolicyPort,
} from '../../../src/policy/network-policies/network-policy.ts';

/** Rules that the API server rejects, and so must be read as the widest that they could mean. */
export const UNREADABLE_RULES: readonly { readonly name: string; readonly spec: NetworkPolicySpec }[] = [
  toPeer('a peer that says nothing', {}),
  toPeer('a peer with a block and a selector', { ipBlock: { cidr: '192.0.2.0/24' }, podSelector: {} }),
  toPeer('a block that is no CIDR', { ipBlock: { cidr: 'example.com' } }),
  toPeer('a block without a length', { ipBlock: { cidr: '192.0.2.1' } }),
  toPeer('a block that is too long', { ipBlock: { cidr: '192.0.2.0/33' } }),
  toPeer('a block with leading zeros', { ipBlock: { cidr: '010.0.0.0/8' } }),
  toPeer('a block of IPv4-mapped addresses', { ipBlock: { cidr: '::ffff:192.0.2.0/120' } }),
  toPeer('a block with a zone', { ipBlock: { cidr: 'fe80::1%eth0/64' } }),
  toPeer('a block without a cidr', { ipBlock: {} }),
  toPeer('an exception that is no CIDR', { ipBlock: { cidr: '0.0.0.0/0', except: ['everything'] } }),
  toPeer('an operator that is not known', {
    podSelector: { matchExpressions: [{ key: 'app', operator: 'Gt', values: ['a'] }] },
  }),
  toPeer('In without values', { podSelector: { matchExpressions: [{ key: 'app', operator: 'In' }] } }),
  toPeer('Exists with values', {
    podSelector: { matchExpressions: [{ key: 'missing', operator: 'Exists', values: ['a'] }] },
  }),
  toPeer('an expression without a key', { podSelector: { matchExpressions: [{ operator: 'Exists' }] } }),
  onPort('a range that ends before it begins', { port: 443, endPort: 80 }),
  onPort('a range from a name', { port: 'http', endPort: 443 }),
  onPort('a range from nowhere', { endPort: 80 }),
  onPort('a protocol that is not known', { protocol: 'QUIC', port: 443 }),
  onPort('a port without a name', { port: '' }),
];

/** Policies of which it cannot be said whether they select a pod: each selects it with a rule for everything. */
export const UNREADABLE_SELECTIONS: readonly { readonly name: string; readonly spec: NetworkPolicySpec }[] = [
  {
    name: 'an operator of its podSelector that is not known',
    spec: {
      podSelector: { matchExpressions: [{ key: 'app', operator: 'Gt', values: ['a'] }] },
      policyTypes: ['Egress'],
      egress: [{}],
    },
  },
  {
    name: 'a policy type that is not known',
    spec: { podSelector: {}, policyTypes: ['Outward'], egress: [{}] },
  },
];

function toPeer(name: string, peer: PolicyPeer) {
  return { name, spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [peer] }] } };
}

function onPort(name: string, port: PolicyPort) {
  return { name, spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [port] }] } };
}
