import type { GateTarget, NodePorts } from '../lib/gate-protocol.ts';
import type { Attempt } from './attempt.ts';

/** A target and how the attempt to reach it ended. */
export interface TriedTarget {
  readonly target: GateTarget;
  readonly attempt: Attempt;
}

/** What one round saw: attempts made at the same time. */
export interface Round {
  readonly tried: readonly TriedTarget[];
  /** Whether the gateway's canary was reached in this round. */
  readonly canary: boolean;
}

/** The verdict on a round, with its targets by state. */
export interface RoundVerdict {
  readonly passed: boolean;
  readonly closed: number;
  /** What makes the round fail. */
  readonly open: readonly GateTarget[];
  /** Open ports of the pod's own node, where they are only reported. */
  readonly openNodePorts: readonly GateTarget[];
  readonly faults: readonly TriedTarget[];
  readonly canary: boolean;
}

/**
 * A round passes if every target was closed while the canary was reached. Without the canary, closed may only mean that the
 * pod has no network yet. With `Report`, open ports of the pod's own node do not count.
 */
export function judgeRound({ tried, canary }: Round, nodePorts: NodePorts): RoundVerdict {
  const withState = (state: Attempt['state']): readonly TriedTarget[] =>
    tried.filter(({ attempt }) => attempt.state === state);
  const closed = withState('Closed').length;
  const allOpen = withState('Open').map(({ target }) => target);
  const isReported = ({ onOwnNode }: GateTarget): boolean => nodePorts === 'Report' && onOwnNode === true;
  const open = allOpen.filter((target) => !isReported(target));
  const faults = withState('Fault');
  return {
    passed: canary && closed > 0 && open.length === 0 && faults.length === 0,
    closed,
    open,
    openNodePorts: allOpen.filter(isReported),
    faults,
    canary,
  };
}

/** Returns the lists as one, each target once: as a port of the pod's own node only if every list has it so. */
export function mergeTargets(...lists: readonly (readonly GateTarget[])[]): readonly GateTarget[] {
  const merged = new Map<string, GateTarget>();
  for (const target of lists.flat()) {
    const key = targetKey(target);
    const isKnownElsewhere = merged.has(key) && merged.get(key)?.onOwnNode !== true;
    if (!isKnownElsewhere || target.onOwnNode !== true) merged.set(key, target);
  }
  return [...merged.values()];
}

/** Whether every target was tried in the round. */
export function triedAll({ tried }: Round, targets: readonly GateTarget[]): boolean {
  const keys = new Set(tried.map(({ target }) => targetKey(target)));
  return targets.every((target) => keys.has(targetKey(target)));
}

function targetKey({ address, port, protocol }: GateTarget): string {
  return `${protocol} ${port} ${address}`;
}
