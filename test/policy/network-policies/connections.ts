import type { Connection, Endpoint } from '../../../src/policy/network-policies/network-policy.ts';
import { buildPolicyPod } from '../../build/network-policy.ts';

/** The pod that is asked about. */
export const agent: Endpoint = { address: '10.0.0.5', pod: buildPolicyPod() };
/** A pod of another namespace. */
export const database: Endpoint = {
  address: '10.0.1.7',
  pod: buildPolicyPod({
    namespace: 'data',
    labels: { app: 'db', tier: '' },
    namespaceLabels: { 'kubernetes.io/metadata.name': 'data', team: 'data' },
    ports: [{ name: 'sql', containerPort: 5432 }],
  }),
};
/** A pod of the same namespace. */
export const neighbour: Endpoint = { address: '10.0.0.9', pod: buildPolicyPod({ labels: { app: 'db' } }) };
export const outside: Endpoint = { address: '192.0.2.7', pod: null };
export const outsideIPv6: Endpoint = { address: '2001:db8::7', pod: null };

/** A connection of the agent to TCP 5432. */
export const from = (destination: Endpoint, changes: Partial<Connection> = {}): Connection => ({
  source: agent,
  destination,
  port: 5432,
  protocol: 'TCP',
  ...changes,
});
