import { GATEWAY, LABEL, systemNamespaceOf } from '../../api/names.ts';
import { AGENT_PORTS, NOT_CONTAINED } from './allow-gateway.ts';
import { outsideEgress } from './outside-egress.ts';
import { databaseEgress, type DatabaseReach } from './database-egress.ts';
import { serviceEgress, type ServiceReach } from './service-egress.ts';
import { GATEWAY_LABELS, GATEWAY_SELECTOR, type RenderedObject } from './rendered-object.ts';

const DNS_PORTS = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
];

/** The ports of the API server where an installation does not say otherwise. */
export const DEFAULT_API_SERVER_PORTS: readonly number[] = [443, 6443];

/** Where a gateway may go. */
export interface GatewayReach {
  readonly apiServerPorts: readonly number[];
  /** Ports outside that roles of the tenant let agents connect to. */
  readonly outsidePorts: readonly number[];
  /** Blocks in CIDR notation that no agent may reach, beside those that are not public. */
  readonly deniedAddresses: readonly string[];
  /** Ports of Vault; none where the tenant does not use it. */
  readonly vaultPorts: readonly number[];
  /** Services that roles of the tenant name as upstreams. */
  readonly services: readonly ServiceReach[];
  /** The tenant's database; null where it has none, or where it is not known where that is. */
  readonly database: DatabaseReach | null;
}

/** The port of tools that fetch, and of hosts whose role names no other. */
const HTTPS_PORT = 443;

/** Returns the ports that the hosts of roles may be connected to, and that of HTTPS. */
export function outsidePortsOf(
  roles: readonly {
    readonly network: { readonly allow: readonly { readonly ports: readonly number[] }[] };
  }[],
): readonly number[] {
  const ports = roles.flatMap(({ network }) => network.allow.flatMap((destination) => destination.ports));
  return [...new Set([HTTPS_PORT, ...ports])].sort((left, right) => left - right);
}

/**
 * Lets the pods of the tenant's enrolled namespaces in, and the gateway out to the API server, to Vault, to DNS, to the Services
 * that roles name, to the tenant's database, and to what they allow outside.
 */
export function gatewayNetworkPolicy(tenant: string, reach: GatewayReach): RenderedObject {
  const { apiServerPorts, outsidePorts, deniedAddresses, vaultPorts, services, database } = reach;
  const agents = {
    namespaceSelector: { matchLabels: { [LABEL.tenant]: tenant } },
    podSelector: NOT_CONTAINED,
  };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: GATEWAY.name, namespace: systemNamespaceOf(tenant), labels: GATEWAY_LABELS },
    spec: {
      podSelector: { matchLabels: GATEWAY_SELECTOR },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [agents], ports: AGENT_PORTS },
        // The kubelet calls from the node's network, which a selector cannot name; who collects metrics is not known either.
        { ports: [GATEWAY.probePort, GATEWAY.metricsPort].map((port) => ({ protocol: 'TCP', port })) },
      ],
      egress: [
        // The API server, whose address a selector cannot name. On its ports only the gateway keeps to public addresses.
        { ports: apiServerPorts.map((port) => ({ protocol: 'TCP', port })) },
        // Vault may be anywhere. A rule without ports would be about all.
        ...(vaultPorts.length === 0
          ? []
          : [{ ports: vaultPorts.map((port) => ({ protocol: 'TCP', port })) }]),
        { ports: DNS_PORTS },
        ...services.map(serviceEgress),
        ...(database === null ? [] : databaseEgress(database)),
        outsideEgress(outsidePorts, deniedAddresses),
      ],
    },
  };
}
