import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { ANNOTATION } from '../../api/names.ts';
import { isOwnedBy } from '../../api/ownership.ts';
import { singleLine } from '../../lib/single-line.ts';
import { parseTime } from '../../lib/time.ts';
import { AGENT_CONTAINER } from '../../render/sandbox/authors-pod.ts';
import type { ObservedContainerStatus, ObservedPod } from '../observed-objects.ts';
import { isGateFailed } from './gate-verdict.ts';

/**
 * What has become of the pod under a sandbox's name. `Foreign`: it belongs to an earlier sandbox of the name. `NotStarted`: it
 * failed before the agent began, so the task has not ended with it. `DeadlineExceeded`: the kubelet ended it with the sandbox's
 * lifetime.
 */
export type PodState =
  | { readonly state: 'None' }
  | { readonly state: 'Foreign'; readonly pod: SeenPod }
  | { readonly state: 'Terminating'; readonly pod: SeenPod }
  | { readonly state: 'GateFailed'; readonly pod: SeenPod }
  | { readonly state: 'NotStarted' | 'Failed'; readonly pod: SeenPod; readonly message: string }
  | { readonly state: 'DeadlineExceeded'; readonly pod: SeenPod }
  | { readonly state: 'Succeeded'; readonly pod: SeenPod }
  | { readonly state: 'Ready'; readonly pod: SeenPod }
  | {
      readonly state: 'Starting';
      readonly pod: SeenPod;
      readonly message: string;
      /** Whether the kubelet waits for what a container's environment refers to. */
      readonly lacksConfiguration: boolean;
    };

/** In which a pod runs, or may run, and may still use what was made for it. */
export const LIVE: ReadonlySet<PodState['state']> = new Set(['Terminating', 'Ready', 'Starting']);

/** What every pod has that was seen. */
export interface SeenPod {
  readonly name: string;
  readonly uid: string;
  readonly isTerminating: boolean;
  /** Why it is being taken, on one line: evicted, preempted, or its node is gone (KEP-3329); null where nobody says it. */
  readonly disruption: string | null;
  /** The hash of what it was rendered from. */
  readonly hash: string | undefined;
  /** When the agent began, in milliseconds since 1970; null where it has not. */
  readonly agentStartTime: number | null;
  /** How long the agent ran; 0 while it has not ended. */
  readonly agentRanMilliseconds: number;
}

/** Reads what has become of the pod of a sandbox. */
export function podState({ metadata }: AgentSandbox, observed: ObservedPod | undefined): PodState {
  if (observed === undefined) return { state: 'None' };
  const pod = seen(observed);
  // Owned by it, as the operator made it: a pod that outlives its sandbox has an older one's identity.
  if (!isOwnedBy(observed, metadata.uid)) return { state: 'Foreign', pod };
  if (pod.isTerminating) return { state: 'Terminating', pod };
  const { status } = observed;
  if (status?.phase === 'Succeeded') return { state: 'Succeeded', pod };
  if (status?.phase === 'Failed') return failed(observed, pod);
  if (status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')) {
    return { state: 'Ready', pod };
  }
  const waiting = containersOf(observed).map(({ state }) => state?.waiting);
  const lacksConfiguration = waiting.some((one) => one?.reason === 'CreateContainerConfigError');
  return { state: 'Starting', pod, message: describeStart(observed), lacksConfiguration };
}

function seen({ metadata, status }: ObservedPod): SeenPod {
  const agent = status?.containerStatuses?.find(({ name }) => name === AGENT_CONTAINER);
  return {
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    isTerminating: metadata.deletionTimestamp !== undefined,
    disruption: disruptionOf(status),
    hash: metadata.annotations?.[ANNOTATION.policyHash],
    ...agentTimes(agent),
  };
}

function disruptionOf(status: ObservedPod['status']): string | null {
  const target = status?.conditions?.find(
    ({ type, status: is }) => type === 'DisruptionTarget' && is === 'True',
  );
  return target === undefined
    ? null
    : singleLine(`${target.reason ?? 'disrupted'}${prefixed(target.message)}`);
}

function agentTimes(
  agent: ObservedContainerStatus | undefined,
): Pick<SeenPod, 'agentStartTime' | 'agentRanMilliseconds'> {
  const { running, terminated } = agent?.state ?? {};
  const started = parseTime(running?.startedAt ?? terminated?.startedAt ?? '');
  if (!(started > 0)) return { agentStartTime: null, agentRanMilliseconds: 0 };
  const finished = parseTime(terminated?.finishedAt ?? '');
  return { agentStartTime: started, agentRanMilliseconds: finished > started ? finished - started : 0 };
}

function failed(observed: ObservedPod, pod: SeenPod): PodState {
  if (isGateFailed(observed)) return { state: 'GateFailed', pod };
  const { reason, message } = observed.status ?? {};
  const exits = (observed.status?.containerStatuses ?? []).flatMap(({ name, state }) =>
    state?.terminated === undefined || state.terminated.exitCode === 0
      ? []
      : [
          `container "${name}" ended with exit code ${state.terminated.exitCode} (${state.terminated.reason})`,
        ],
  );
  const said = [...exits, reason, message, pod.disruption ?? undefined]
    .filter((text) => text !== undefined && text !== '')
    .join(': ');
  const text = singleLine(said === '' ? 'it failed' : said);
  if (pod.agentStartTime === null) return { state: 'NotStarted', pod, message: text };
  return reason === 'DeadlineExceeded'
    ? { state: 'DeadlineExceeded', pod }
    : { state: 'Failed', pod, message: text };
}

/** What the pod waits for, as far as its status says it. */
function describeStart(observed: ObservedPod): string {
  const scheduled = observed.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const waiting = containersOf(observed).flatMap(({ name, state }) =>
    state?.waiting?.reason === undefined || state.waiting.reason === 'PodInitializing'
      ? []
      : [`container "${name}": ${state.waiting.reason}${prefixed(state.waiting.message)}`],
  );
  const said =
    scheduled?.status === 'False'
      ? [`${scheduled.reason ?? 'waiting'}${prefixed(scheduled.message)}`]
      : waiting;
  return singleLine(said.join('; '));
}

function prefixed(message: string | undefined): string {
  return message === undefined || message === '' ? '' : `: ${message}`;
}

function containersOf({ status }: ObservedPod): readonly ObservedContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}
