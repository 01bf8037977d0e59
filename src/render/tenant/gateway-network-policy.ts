import { GATEWAY, LABEL, systemNamespaceOf } from '../../api/names.ts';
import { AGENT_PORTS, NOT_CONTAINED } from './allow-gateway.ts';
import { GATEWAY_LABELS, GATEWAY_SELECTOR, type RenderedObject } from './rendered-object.ts';

const DNS_PORTS = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];

/** The ports of the API server where an installation does not say otherwise. */
export const DEFAULT_API_SERVER_PORTS: readonly number[] = [443, 6443];

/** Lets the pods of the tenant's enrolled namespaces in, and the gateway out to the API server and to DNS. */
export function gatewayNetworkPolicy(tenant: string, apiServerPorts: readonly number[]): RenderedObject {
  const agents = {
    namespaceSelector: { matchLabels: { [LABEL.tenant]: tenant } },
    podSelector: NOT_CONTAINED,
  };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: GATEWAY.name, namespace: systemNamespaceOf(tenant), labels: GATEWAY_LABELS },
    spec: {
      podSelector: { matchLabels: GATEWAY_SELECTOR },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [agents], ports: AGENT_PORTS },
        // The kubelet calls from the node's network, which a selector cannot name; who collects metrics is not known either.
        { ports: [GATEWAY.probePort, GATEWAY.metricsPort].map((port) => ({ protocol: 'TCP', port })) },
      ],
      egress: [
        // The API server, whose address a selector cannot name.
        { ports: apiServerPorts.map((port) => ({ protocol: 'TCP', port })) },
        { ports: DNS_PORTS },
      ],
    },
  };
}
