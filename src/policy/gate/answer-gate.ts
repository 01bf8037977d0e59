import {
  GATE_PROTOCOL,
  type GateAnswer,
  type GateCanary,
  type GateTarget,
  NODE_PORTS,
  nodeTargets,
} from '../../lib/gate-protocol.ts';
import { canonicalAddress } from '../../lib/ip-address.ts';
import type { GateFacts } from './gate-facts.ts';

/** A node has one address of each IP version. */
const MAX_NODE_ADDRESSES = 4;

/** How many targets an answer may hold beside those of the facts. */
export const MAX_NODE_TARGETS = MAX_NODE_ADDRESSES * NODE_PORTS.length;

/**
 * Returns what the start gate of a pod must find closed: the targets of the facts, and ports of each address of the pod's node.
 * Every target at such an address is marked as one on the pod's own node. Returns null where the node's addresses are not
 * known, or are too many.
 */
export function answerGate(
  { nodePorts, targets }: GateFacts,
  nodeAddresses: readonly string[],
  canary: GateCanary,
): GateAnswer | null {
  if (nodeAddresses.length === 0 || nodeAddresses.length > MAX_NODE_ADDRESSES) return null;
  const node = new Set(nodeAddresses.map((address) => canonicalAddress(address) ?? address));
  const listed = targets.map((target) =>
    node.has(canonicalAddress(target.address) ?? target.address) ? { ...target, onOwnNode: true } : target,
  );
  const known = new Set(listed.map(keyOf));
  const added = [...node]
    .flatMap((address) => nodeTargets('node', address))
    .filter((target) => !known.has(keyOf(target)));
  return { format: GATE_PROTOCOL.format, nodePorts, targets: [...listed, ...added], canary };
}

function keyOf({ address, port, protocol }: GateTarget): string {
  return `${protocol} ${port} ${canonicalAddress(address) ?? address}`;
}
