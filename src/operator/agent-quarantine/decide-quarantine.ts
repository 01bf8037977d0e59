import type { AgentQuarantine } from '../../api/agent-quarantine.ts';
import type { ConditionState } from '../../controller/conditions.ts';
import { listFirst } from '../../lib/list-first.ts';
import { parseTime } from '../../lib/time.ts';
import { hasEnded, type ObservedPod } from '../observed-objects.ts';
import { isContained } from './decide-containment.ts';
import { type HeldObjects, isSandbox, type StoredSandbox } from './quarantine-lookup.ts';

type Status = NonNullable<AgentQuarantine['status']>;

/** A quarantine, and what it holds. */
export interface QuarantineWorld {
  readonly quarantine: AgentQuarantine;
  readonly held: HeldObjects;
  /** Whether the operator may write in a namespace. */
  readonly isEnrolled: (namespace: string) => boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What the status of a quarantine says. */
export interface QuarantineReport {
  readonly contained: ConditionState;
  readonly fields: Pick<Status, 'contained' | 'pending' | 'secondsToContain'>;
}

const MAX_LISTED = 8;

/** Decides what to say of a quarantine. What a sandbox says of itself is believed: it knows which steps are left. */
export function decideQuarantine({ quarantine, held, isEnrolled, now }: QuarantineWorld): QuarantineReport {
  const pods = held.pods.filter(({ metadata }) => isEnrolled(metadata.namespace ?? ''));
  const pending = [
    ...held.sandboxes.flatMap(describePendingSandbox),
    ...pods.flatMap(describePendingPod),
  ].toSorted();
  const total = held.sandboxes.length + pods.length;
  const contained = total - pending.length;
  return {
    contained: condition(total, pending, held.sandboxes.length),
    fields: {
      contained,
      pending: pending.length,
      secondsToContain: secondsOf(quarantine, [...held.sandboxes, ...pods], now),
    },
  };
}

/**
 * Stays what it was when everything that was there had been contained. What was created later, by the clock of the API server, is
 * contained from the start and says nothing of it.
 */
function secondsOf(
  { metadata: { creationTimestamp }, status }: AgentQuarantine,
  held: readonly (StoredSandbox | ObservedPod)[],
  now: number,
): number | undefined {
  if (status?.secondsToContain !== undefined) return status.secondsToContain;
  const created = parseTime(creationTimestamp ?? '');
  const wasThere = held.filter(({ metadata }) => !(parseTime(metadata.creationTimestamp ?? '') > created));
  if (wasThere.length === 0 || wasThere.some(isPending) || !(created > 0)) return undefined;
  return Math.max(0, Math.ceil((now - created) / 1000));
}

function isPending(object: StoredSandbox | ObservedPod): boolean {
  const pending = isSandbox(object) ? describePendingSandbox(object) : describePendingPod(object);
  return pending.length > 0;
}

function condition(total: number, pending: readonly string[], sandboxes: number): ConditionState {
  if (total === 0) {
    return {
      type: 'Contained',
      status: 'True',
      reason: 'NothingToContain',
      message: 'No sandbox or pod of the target exists. It holds for what is created later.',
    };
  }
  if (pending.length > 0) {
    return {
      type: 'Contained',
      status: 'False',
      reason: 'Containing',
      message: `Contained: ${total - pending.length} of ${total}. Not yet: ${listFirst(pending, MAX_LISTED, String, '; ')}.`,
    };
  }
  const others = total - sandboxes;
  const runOn = others === 0 ? '' : ' The pods run on, without a network.';
  return {
    type: 'Contained',
    status: 'True',
    reason: 'Contained',
    message: `Contained: ${sandboxes} sandboxes, and ${others} pods of other workloads.${runOn}`,
  };
}

function describePendingSandbox({ metadata, status }: StoredSandbox): readonly string[] {
  const said = status?.conditions?.find(({ type }) => type === 'Contained');
  return said?.status === 'True' ? [] : [`AgentSandbox "${metadata.namespace}/${metadata.name}"`];
}

function describePendingPod(pod: ObservedPod): readonly string[] {
  const { namespace, name } = pod.metadata;
  return isContained(pod) || hasEnded(pod) ? [] : [`Pod "${namespace}/${name}"`];
}
