import { DNS_ADDRESS, PUBLIC_ADDRESSES } from './node-network.ts';

const protocols = ['TCP', 'UDP'] as const;
const name = 'kube-dns';
const namespace = 'kube-system';

/** A Service where pods expect DNS. It leads to a server of the internet, so that it is seen who gets through. */
export const clusterDNS: readonly object[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: {
      clusterIP: DNS_ADDRESS,
      ports: protocols.map((protocol) => ({ name: protocol.toLowerCase(), protocol, port: 53 })),
    },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [PUBLIC_ADDRESSES[0]] }],
    ports: protocols.map((protocol) => ({ name: protocol.toLowerCase(), protocol, port: 53 })),
  },
];
