import { GATEWAY, LABEL, NETWORK_POLICY, systemNamespaceOf } from '../../api/names.ts';
import { GATEWAY_SELECTOR, MANAGED_LABELS, type RenderedObject } from './rendered-object.ts';

/** The ports of the gateway that agents use, as rules of policies name them. */
export const AGENT_PORTS = [GATEWAY.proxyPort, GATEWAY.apiPort, GATEWAY.canaryPort].map((port) => ({
  protocol: 'TCP',
  port,
}));

/** Selects the pods that no quarantine holds. Policies add up, so a second deny could not cut off what this opens. */
export const NOT_CONTAINED = { matchExpressions: [{ key: LABEL.contained, operator: 'DoesNotExist' }] };

/** Lets the pods of an enrolled namespace reach the gateway of their tenant, and nothing else: DNS neither. */
export function allowGateway(tenant: string, namespace: string): RenderedObject {
  const gateway = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': systemNamespaceOf(tenant) } },
    podSelector: { matchLabels: GATEWAY_SELECTOR },
  };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: NETWORK_POLICY.allowGateway, namespace, labels: MANAGED_LABELS },
    spec: {
      podSelector: NOT_CONTAINED,
      policyTypes: ['Egress'],
      egress: [{ to: [gateway], ports: AGENT_PORTS }],
    },
  };
}
