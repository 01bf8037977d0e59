import { NETWORK_POLICY } from '../../api/names.ts';
import { MANAGED_LABELS, type RenderedObject } from './rendered-object.ts';

/** Closes every pod of an enrolled namespace in both directions. Policies add up: each of the others opens something. */
export function defaultDeny(namespace: string): RenderedObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: NETWORK_POLICY.defaultDeny, namespace, labels: MANAGED_LABELS },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  };
}
