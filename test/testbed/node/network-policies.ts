/** A NetworkPolicy that lets the pods with these labels reach nothing and be reached by nothing; all pods without labels. */
export function denyAll(namespace: string, labels: Readonly<Record<string, string>>): readonly object[] {
  const name = `deny-${Object.values(labels).join('-') || 'all'}`;
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { namespace, name },
      spec: { podSelector: { matchLabels: labels }, policyTypes: ['Ingress', 'Egress'] },
    },
  ];
}
