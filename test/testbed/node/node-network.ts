import type { DNSZone } from '../dns-answer.ts';

/** The node's name in the cluster. */
export const NODE_NAME = 'node1';

/** The node's address, where the API server, the kubelet and node ports listen. */
export const NODE_ADDRESS = '10.99.0.1';

/** The router of the namespace that plays the internet. */
export const INTERNET_ADDRESS = '10.99.0.2';

/** Where pods get their addresses from. */
export const POD_NETWORK = '10.244.0.0/24';

/** Public addresses of the namespace that plays the internet; a TLS server listens on 443 and a UDP echo on 53. */
export const PUBLIC_ADDRESSES = ['8.8.8.8', '1.1.1.1'] as const;

/** What must stay closed to an agent on any network: the metadata service, and private machines. HTTP on 80, TLS on 443. */
export const DECOY_ADDRESSES = ['169.254.169.254', '192.168.77.7', '172.16.5.5'] as const;

/** Packets to these addresses get no answer. */
export const BLACKHOLE_NETWORK = '203.0.113.0/24';

/** The name that the certificate of the TLS servers carries beside their addresses. */
export const PUBLIC_HOST = 'public.test';

/** The hosts of the internet, by name. */
export const HOSTS = { public: PUBLIC_HOST, other: 'other.test', metadata: 'metadata.test' } as const;

/** What its name server knows. A name of the metadata service is somebody's attack. */
export const INTERNET_ZONE: DNSZone = {
  [HOSTS.public]: { A: [PUBLIC_ADDRESSES[0]] },
  [HOSTS.other]: { A: [PUBLIC_ADDRESSES[0]] },
  [HOSTS.metadata]: { A: [DECOY_ADDRESSES[0]] },
};

/** The address of the Service `kube-dns`, which pods find in their `/etc/resolv.conf`. It leads to the internet. */
export const DNS_ADDRESS = '10.96.0.10';
