import { isIP } from 'node:net';
import { collapseBlocks } from '../../policy/egress/collapse-blocks.ts';
import { serviceOfHost } from '../../policy/upstreams/reserved-service.ts';
import { addressesOfService, addressesOfSlice, RESERVED } from '../cluster-services.ts';
import type { OperatorCaches } from '../operator-caches.ts';
import { blockOf, blockOfBridge } from './cluster-blocks.ts';

/** The caches that say where Services are, and where none may be. */
export type ServiceCaches = Pick<
  OperatorCaches,
  'clusterServices' | 'endpointSlices' | 'nodes' | 'gatewayPods'
>;

/**
 * The blocks that no Service may be in: the nodes and their bridges, the API server, the Services and gateways of Cloister, and Vault, whose addresses
 * are given.
 */
export function deniedServiceBlocks(
  { clusterServices, endpointSlices, nodes, gatewayPods }: ServiceCaches,
  vault: readonly string[],
): readonly string[] {
  const addresses = [
    ...nodes.list().flatMap(({ status }) => (status?.addresses ?? []).map(({ address = '' }) => address)),
    ...clusterServices.byIndex('reserved', RESERVED).flatMap(addressesOfService),
    ...endpointSlices.byIndex('reserved', RESERVED).flatMap(addressesOfSlice),
    ...gatewayPods.list().flatMap(({ status }) => (status?.podIPs ?? []).map(({ ip }) => ip)),
    ...vault,
  ];
  const bridges = nodes.list().flatMap(({ spec }) => (spec?.podCIDRs ?? []).flatMap(blockOfBridge));
  return collapseBlocks([...addresses.flatMap(blockOf), ...bridges]);
}

/** Where Vault is, as far as its host says it alone or is a Service; null where the DNS has to be asked. */
export function knownVaultAddresses(
  host: string,
  { clusterServices, endpointSlices }: Pick<ServiceCaches, 'clusterServices' | 'endpointSlices'>,
): readonly string[] | null {
  if (isIP(host) !== 0) return [host];
  const service = serviceOfHost(host);
  const found = service === null ? undefined : clusterServices.get(service.namespace, service.name);
  if (service === null || found === undefined) return null;
  const slices = endpointSlices.byIndex('service', `${service.namespace}/${service.name}`);
  const own = [...addressesOfService(found), ...slices.flatMap(addressesOfSlice)];
  // One that is a name outside has no address here.
  return own.length === 0 ? null : own;
}
