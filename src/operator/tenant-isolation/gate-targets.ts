import { isIP } from 'node:net';
import type { GateTarget } from '../../lib/gate-protocol.ts';
import { parseIPBlock } from '../../lib/ip-block.ts';

/** An address that is no target, and why. */
export interface LeftOutTarget {
  readonly target: GateTarget;
  readonly reason: string;
}

/** What the start gates of every tenant try. */
export interface GateTargets {
  readonly targets: readonly GateTarget[];
  readonly leftOut: readonly LeftOutTarget[];
}

/** Ranges of addresses that mean something else in the pod than where they were found. */
const SENSELESS: readonly (readonly [reason: string, block: string])[] = [
  ['it is a loopback address, which is the pod itself in a pod', '127.0.0.0/8'],
  ['it is a loopback address, which is the pod itself in a pod', '::1/128'],
  ['it is the unspecified address', '0.0.0.0/8'],
  ['it is the unspecified address', '::/128'],
  ['it is a multicast address', '224.0.0.0/4'],
  ['it is a multicast address', 'ff00::/8'],
  ['it is the broadcast address', '255.255.255.255/32'],
];

const BLOCKS = SENSELESS.map(([reason, block]) => ({ reason, block: parseIPBlock(block) }));

/**
 * Returns each target once, in an order that does not depend on the order in which they were found, and what is left out
 * because no pod can be tested with it.
 */
export function gateTargets(found: readonly GateTarget[]): GateTargets {
  const targets = new Map<string, GateTarget>();
  const leftOut: LeftOutTarget[] = [];
  for (const target of found) {
    const reason = reasonToLeaveOut(target.address);
    if (reason !== null) leftOut.push({ target, reason });
    else targets.set(`${target.protocol} ${target.address} ${target.port}`, target);
  }
  const sorted = [...targets].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, target]) => target);
  return { targets: sorted, leftOut };
}

function reasonToLeaveOut(address: string): string | null {
  if (isIP(address) === 0) return 'it is not an IP address';
  return BLOCKS.find(({ block }) => block?.has(address))?.reason ?? null;
}
