import type { KubeObject } from '../kube/kube-object.ts';
import { API_SERVER, isNamespaceOfCloister } from '../policy/upstreams/reserved-service.ts';
import type { ObservedClusterService, ObservedEndpointSlice } from './observed-objects.ts';

/** The label by which an EndpointSlice says whose it is. */
const SERVICE_NAME = 'kubernetes.io/service-name';

/** The value of the index `reserved` for what is of Cloister or of the API server. */
export const RESERVED = 'yes';

/** How the cache of Services is made, with the indexes `address` and `reserved`. */
export const SERVICE_CACHE = {
  transform: serviceFacts,
  indexes: {
    address: addressesOfService,
    reserved: ({ metadata: { namespace = '', name = '' } }: KubeObject) => reserved(`${namespace}/${name}`),
  },
};

/** How the cache of their EndpointSlices is made. In the index `service` they are found by `namespace/name`. */
export const SLICE_CACHE = {
  transform: sliceFacts,
  indexes: {
    service: (slice: KubeObject) => [serviceOfSlice(slice)],
    reserved: (slice: KubeObject) => servicesOfSlice(slice).flatMap(reserved).slice(0, 1),
  },
};

function reserved(service: string): readonly string[] {
  return isReserved(service) ? [RESERVED] : [];
}

/** Whether a Service, as `namespace/name`, is one of Cloister or of the API server. */
export function isReserved(service: string): boolean {
  const namespace = service.slice(0, service.indexOf('/'));
  return isNamespaceOfCloister(namespace) || service === `${API_SERVER.namespace}/${API_SERVER.name}`;
}

/** The Service that an EndpointSlice is of, and that of its name: the API server writes its own slice under the latter. */
export function servicesOfSlice(slice: KubeObject): readonly string[] {
  const { namespace = '', name = '' } = slice.metadata;
  return [serviceOfSlice(slice), `${namespace}/${name}`];
}

/** The Service that an EndpointSlice is of, as `namespace/name`. */
function serviceOfSlice({ metadata: { namespace = '', labels } }: KubeObject): string {
  return `${namespace}/${labels?.[SERVICE_NAME] ?? ''}`;
}

/** Every address at which a Service itself is, which the nodes lead on. */
export function addressesOfService({ spec, status }: ObservedClusterService): readonly string[] {
  const balancers = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []);
  const all = [...(spec?.clusterIPs ?? []), ...(spec?.externalIPs ?? []), ...balancers];
  return all.filter((address) => address !== 'None');
}

/** Also of endpoints that are not ready. */
export function addressesOfSlice({ endpoints }: ObservedEndpointSlice): readonly string[] {
  return (endpoints ?? []).flatMap(({ addresses }) => addresses ?? []);
}

/** Of a Service, what says where it is. */
export function serviceFacts({ metadata, spec, status }: ObservedClusterService): ObservedClusterService {
  const { name, namespace, uid, resourceVersion } = metadata;
  const { selector, ports, clusterIPs, externalIPs } = spec ?? {};
  return {
    metadata: withoutUnset({ name, namespace, uid, resourceVersion }),
    spec: {
      selector,
      clusterIPs,
      externalIPs,
      ports: ports?.map(({ name: portName = '', port = null, protocol = 'TCP' }) => ({
        name: portName,
        port,
        protocol,
      })),
    },
    status: { loadBalancer: status?.loadBalancer },
  };
}

/** Of an EndpointSlice, the same: what changes beside it reaches nobody. */
export function sliceFacts({ metadata, endpoints, ports }: ObservedEndpointSlice): ObservedEndpointSlice {
  const { name, namespace, uid, resourceVersion, labels = {} } = metadata;
  const service = labels[SERVICE_NAME];
  return {
    metadata: {
      ...withoutUnset({ name, namespace, uid, resourceVersion }),
      labels: service === undefined ? {} : { [SERVICE_NAME]: service },
    },
    endpoints: endpoints?.map(({ addresses, conditions }) => ({
      addresses,
      conditions: { ready: conditions?.ready !== false },
    })),
    ports: ports?.map(({ name: portName = '', port = null, protocol = 'TCP' }) => ({
      name: portName,
      port,
      protocol,
    })),
  };
}

function withoutUnset(metadata: Readonly<Record<string, string | undefined>>): KubeObject['metadata'] {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined));
}
