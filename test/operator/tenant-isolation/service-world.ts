import {
  SERVICE_CACHE,
  serviceFacts,
  SLICE_CACHE,
  sliceFacts,
} from '../../../src/operator/cluster-services.ts';
import type { ServiceCaches } from '../../../src/operator/tenant-isolation/denied-service-blocks.ts';
import { provideServices } from '../../../src/operator/tenant-isolation/provide-services.ts';
import type {
  ObservedClusterService,
  ObservedEndpointSlice,
} from '../../../src/operator/observed-objects.ts';

interface Named {
  readonly metadata: { readonly namespace?: string; readonly name?: string };
}

/** A cache of objects that are there from the beginning. */
function cacheOf<T extends Named>(
  objects: readonly T[],
  indexes: Readonly<Record<string, (object: T) => readonly string[]>> = {},
) {
  return {
    list: () => objects,
    get: (namespace: string | undefined, name: string) =>
      objects.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    byIndex: (index: string, value: string) =>
      objects.filter((object) => indexes[index]?.(object).includes(value) === true),
  };
}

type ServiceSpec = NonNullable<ObservedClusterService['spec']>;

/** A Service as its cache has it. */
export const service = (namespace: string, name: string, spec: ServiceSpec): ObservedClusterService =>
  serviceFacts({ metadata: { namespace, name }, spec });
/** An EndpointSlice of a Service, `namespace/name`, as its cache has it. */
export const slice = (
  service_: string,
  addresses: readonly string[],
  { ready = true, port = 8443, name = 'https', label = service_.split('/')[1] ?? '' } = {},
): ObservedEndpointSlice =>
  sliceFacts({
    metadata: {
      namespace: service_.split('/')[0] ?? '',
      name: `${label}-${addresses[0]}-${port}`,
      labels: { 'kubernetes.io/service-name': label },
    },
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready } })),
    ports: [{ name, port, protocol: 'TCP' }],
  });

export const HTTPS = { name: 'https', port: 443, protocol: 'TCP' };
const LLAMA = service('models', 'llama', {
  selector: { app: 'llama' },
  ports: [HTTPS],
  clusterIPs: ['10.96.0.20'],
});

export interface ServiceWorld {
  readonly services: readonly ObservedClusterService[];
  readonly slices: readonly ObservedEndpointSlice[];
  readonly vault: string;
  readonly dns: Readonly<Record<string, readonly string[]>>;
  readonly wanted: { readonly namespace: string; readonly name: string; readonly port: number };
}

const CLUSTER = {
  services: [
    service('default', 'kubernetes', { ports: [HTTPS], clusterIPs: ['10.96.0.1'] }),
    service('cloister-system', 'cloister-webhook', { ports: [HTTPS], clusterIPs: ['10.96.0.8'] }),
    service('cloister-t-other', 'cloister-gateway', { ports: [HTTPS], clusterIPs: ['10.96.0.9'] }),
    service('vault', 'vault', { ports: [HTTPS], clusterIPs: ['10.96.0.30'] }),
    service('elsewhere', 'balanced', { ports: [HTTPS], externalIPs: ['10.200.0.1'] }),
  ],
  slices: [
    slice('default/kubernetes', ['192.168.1.2'], { port: 6443 }),
    slice('cloister-system/cloister-webhook', ['10.244.0.8']),
    slice('cloister-t-other/cloister-gateway', ['10.244.0.9'], { ready: false }),
    slice('vault/vault', ['10.244.0.30'], { port: 8200 }),
  ],
};

/** What a gateway is told where a role names `models/llama`, port 443. */
export async function provide(changes: Partial<ServiceWorld> = {}) {
  const {
    services = [LLAMA],
    slices = [],
    vault = 'https://vault.vault.svc:8200',
    dns = {},
    wanted = { namespace: 'models', name: 'llama', port: 443 },
  } = changes;
  const caches = {
    clusterServices: cacheOf([...CLUSTER.services, ...services], SERVICE_CACHE.indexes),
    endpointSlices: cacheOf([...CLUSTER.slices, ...slices], SLICE_CACHE.indexes),
    nodes: cacheOf([
      {
        metadata: { name: 'node-1' },
        spec: { podCIDRs: ['10.42.0.0/24', 'fd42::/64', 'none'] },
        status: { addresses: [{ address: '192.168.1.7' }, { address: 'n' }] },
      },
    ]),
    gatewayPods: cacheOf([{ metadata: { name: 'g-0' }, status: { podIPs: [{ ip: '10.244.0.10' }] } }]),
  } as unknown as ServiceCaches;
  const roles = [{ upstreams: [{ destination: { service: wanted } }, { destination: undefined }] }];
  return provideServices(roles as never, {
    caches,
    clock: { now: () => 1_000 } as never,
    configuration: { gateway: { deniedAddresses: ['10.55.0.0/16'], vault: { address: vault } } } as never,
    hostAddresses: {
      resolve: async (host) => {
        const found = dns[host];
        if (found === undefined) throw new Error(`${host} is not known`);
        return found;
      },
    },
  });
}
