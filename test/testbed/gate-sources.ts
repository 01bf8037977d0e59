/** Where the API server and the webhook would be, which no test calls. */
export const ENDPOINT = '203.0.113.10';

/** What the operator reads of a cluster with nodes, to know what start gates must try. */
export const GATE_SOURCES: readonly object[] = [
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default' },
    addressType: 'IPv4',
    endpoints: [{ addresses: [ENDPOINT] }],
    ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'cloister-webhook', namespace: 'cloister-system' },
    spec: { ports: [{ name: 'https', port: 443 }] },
  },
];
