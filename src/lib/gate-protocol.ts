/** What the start gate and the gateway agree on; neither may import the other. */
export const GATE_PROTOCOL = {
  /** The name that `hostAliases` give the gateway, which its certificate must have. */
  host: 'cloister-gateway',
  port: 8443,
  path: '/v1/gate',
  /** The version of {@link GateAnswer}; the start gate refuses any other. */
  format: 1,
  /** The start gate refuses a longer list: it would start a pod without having tried everything. */
  maxTargets: 256,
  maxNameCharacters: 63,
  /** The start gate refuses a larger answer. */
  maxAnswerBytes: 65_536,
  /**
   * What the canary sends, in US-ASCII, as soon as a connection is open. A transparent proxy may accept any connection, so a
   * connection alone does not show that the gateway was reached.
   */
  canaryGreeting: 'cloister-canary\n',
} as const;

/** An address that a pod must not reach. */
export interface GateTarget {
  /** For reports, such as `kubelet`. */
  readonly name: string;
  /** An IP address; a link-local IPv6 address with its interface, as `fe80::1%eth0`. */
  readonly address: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  /** Whether it is a port of the node that the pod runs on. If not set: no. */
  readonly onOwnNode?: boolean;
}

/** Ports of a node that a pod must not reach, and how reports name them. */
export const NODE_PORTS = [
  { suffix: 'dns', port: 53, protocol: 'TCP' },
  { suffix: 'dns', port: 53, protocol: 'UDP' },
  { suffix: 'kubelet', port: 10_250, protocol: 'TCP' },
  { suffix: 'api-server', port: 6443, protocol: 'TCP' },
] as const;

/** Returns the ports of the node at an address as targets, named such as `node-kubelet`. */
export function nodeTargets(name: string, address: string): readonly GateTarget[] {
  return NODE_PORTS.map(({ suffix, port, protocol }) => ({
    name: `${name}-${suffix}`,
    address,
    port,
    protocol,
    onOwnNode: true,
  }));
}

/** `Refuse`: the start gate fails where a port of the pod's own node is open. `Report`: it passes, and says so. */
export type NodePorts = 'Refuse' | 'Report';

/** Where the gateway sends its greeting to each TCP connection. */
export interface GateCanary {
  readonly address: string;
  readonly port: number;
}

/** The JSON body of the gateway's answer to the start gate. */
export interface GateAnswer {
  readonly format: typeof GATE_PROTOCOL.format;
  readonly nodePorts: NodePorts;
  readonly targets: readonly GateTarget[];
  readonly canary: GateCanary;
}
