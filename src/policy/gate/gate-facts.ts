import type { GateTarget, NodePorts } from '../../lib/gate-protocol.ts';

/** The ConfigMap in a tenant's system namespace that the operator writes and the gateway watches, and its key. */
export const GATE_FACTS = { configMap: 'cloister-gate', key: 'gate.json', format: 1 } as const;

/** What the operator tells a tenant's gateway, so that the gateway can answer the start gates of its pods. */
export interface GateFacts {
  /** The gateway refuses any other. */
  readonly format: typeof GATE_FACTS.format;
  readonly tenant: string;
  /** The enrolled namespaces, whose pods may ask. */
  readonly namespaces: readonly string[];
  /** Whether a pod may start that reaches ports of its own node. Some CNIs always let it. */
  readonly nodePorts: NodePorts;
  /** What no pod of the tenant may reach, whatever node it runs on. None has `onOwnNode`: the gateway adds it. */
  readonly targets: readonly GateTarget[];
}
