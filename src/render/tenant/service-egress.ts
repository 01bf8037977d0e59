/** A Service that the gateway may connect to. */
export interface ServiceReach {
  readonly namespace: string;
  /** The labels of its pods; null where it has none and somebody else writes its endpoints. */
  readonly selector: Readonly<Record<string, string>> | null;
  /** The port that its endpoints listen on. */
  readonly targetPort: number;
  readonly addresses: readonly string[];
}

/**
 * Returns the rule of a NetworkPolicy that opens the endpoints of a Service. kube-router and Calico compare the address of the
 * endpoint, and the gateway connects to it without the Service. Pods are selected, although their addresses are known: Cilium never
 * finds a pod in an `ipBlock`, and the rule stays as it is when pods come and go. Only a Service without a selector is opened by
 * blocks, as its endpoints may be no pods.
 */
export function serviceEgress({ namespace, selector, targetPort, addresses }: ServiceReach): object {
  const pods = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: selector },
  };
  const blocks = addresses.map((address) => ({
    ipBlock: { cidr: `${address}/${address.includes(':') ? 128 : 32}` },
  }));
  return { to: selector === null ? blocks : [pods], ports: [{ protocol: 'TCP', port: targetPort }] };
}
