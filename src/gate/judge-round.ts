import type { GateTarget } from '../lib/gate-protocol.ts';
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
  readonly open: readonly GateTarget[];
  readonly faults: readonly TriedTarget[];
  readonly canary: boolean;
}

/**
 * A round passes if every target was closed while the canary was reached. Without the canary, closed may only mean that the
 * pod has no network yet.
 */
export function judgeRound({ tried, canary }: Round): RoundVerdict {
  const withState = (state: Attempt['state']): readonly TriedTarget[] =>
    tried.filter(({ attempt }) => attempt.state === state);
  const closed = withState('Closed').length;
  return {
    passed: canary && tried.length > 0 && closed === tried.length,
    closed,
    open: withState('Open').map(({ target }) => target),
    faults: withState('Fault'),
    canary,
  };
}

/** Returns the lists as one, each target once. */
export function mergeTargets(...lists: readonly (readonly GateTarget[])[]): readonly GateTarget[] {
  return [...new Map(lists.flat().map((target) => [targetKey(target), target])).values()];
}

/** Whether every target was tried in the round. */
export function triedAll({ tried }: Round, targets: readonly GateTarget[]): boolean {
  const keys = new Set(tried.map(({ target }) => targetKey(target)));
  return targets.every((target) => keys.has(targetKey(target)));
}

function targetKey({ address, port, protocol }: GateTarget): string {
  return `${protocol} ${port} ${address}`;
}
