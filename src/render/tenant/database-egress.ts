import { serviceEgress, type ServiceReach } from './service-egress.ts';

/** Where the database of a tenant is. */
export interface DatabaseReach {
  /** The addresses of its host, at least one. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Where its host is a Service of the cluster: the endpoints behind that; otherwise null. */
  readonly service: ServiceReach | null;
}

/**
 * Returns the rules of a NetworkPolicy that open a database and nothing beside it. Where it is a Service, most network plugins compare the
 * address of the endpoint, and others that of the Service: both are opened.
 */
export function databaseEgress({ addresses, port, service }: DatabaseReach): readonly object[] {
  const blocks = addresses.map((address) => ({
    ipBlock: { cidr: `${address}/${address.includes(':') ? 128 : 32}` },
  }));
  return [
    { to: blocks, ports: [{ protocol: 'TCP', port }] },
    ...(service === null ? [] : [serviceEgress(service)]),
  ];
}
