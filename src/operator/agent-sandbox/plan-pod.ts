import type { AgentQuarantine } from '../../api/agent-quarantine.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { ConditionState } from '../../controller/conditions.ts';
import { endSentence } from '../../lib/end-sentence.ts';
import { formatTime, parseTime } from '../../lib/time.ts';
import type { SandboxPod } from '../../render/sandbox/pod.ts';
import { describeRefusedPod, GATEWAY_UNKNOWN, STOPPED } from '../../render/sandbox/why-no-pod.ts';
import { LIVE, type PodState, type SeenPod } from './pod-state.ts';

type Status = NonNullable<AgentSandbox['status']>;

/** What the plan for a sandbox's pod is made from. */
export interface PodPlanSource {
  readonly sandbox: AgentSandbox;
  readonly state: PodState;
  /** Why no pod may run; null where the role is resolved. */
  readonly unresolved: string | null;
  /** Whether the namespace belongs to the sandbox's tenant. Where it does not, nothing of the sandbox stays. */
  readonly isEnrolled: boolean;
  /** The pod as it must be; null where it cannot be rendered, for the gateway has no address. */
  readonly rendered: SandboxPod | null;
  /** The one that holds the sandbox; null where none does. */
  readonly quarantine: AgentQuarantine | null;
  /** Whether the pod is cut off, as it must be before it is ended: its last seconds would be its chance. */
  readonly isNetworkClosed: boolean;
  /** Whether the pod is being deleted with more time than it may have. */
  readonly endsTooLate: boolean;
  /** Why a pod must not be created yet: its seccomp profile is nowhere, or nothing closes its network; null where it may. */
  readonly waitsFor: string | null;
  /** When the sandbox's lifetime is over, in milliseconds since 1970; null while its agent has never begun. */
  readonly deadline: number | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What to do about the pod of a sandbox, and what its status says of it. */
export interface PodPlan {
  readonly action: 'None' | 'Create' | 'Delete';
  /** Whether the proxy Secret may be missing though the pod is there. */
  readonly needsSecret?: boolean;
  /** `PodReady`. */
  readonly condition: ConditionState;
  /** The pod that runs now. One that is gone although it stands in the status was taken by somebody else. */
  readonly pod?: SeenPod | undefined;
  readonly restarts?: Status['restarts'];
  /** Whether the task ends now. */
  readonly ends?: boolean;
  /** When to look again though nothing changes, in milliseconds since 1970. */
  readonly dueTime?: number | undefined;
}

/** The pause before a pod that ended is created again, doubled with each in a row. */
const PAUSE = { firstMilliseconds: 10_000, maxMilliseconds: 300_000 };

/** Should the event of a written status be late. */
const RETRY_MILLISECONDS = 1_000;

/** A pod whose agent ran this long begins a new row, as the kubelet counts its restarts. */
const LONG_RUN_MILLISECONDS = 600_000;

/** Decides what pod a sandbox must have now. */
export function planPod(source: PodPlanSource): PodPlan {
  const { sandbox, state, unresolved, deadline, now } = source;
  if (state.state === 'Foreign') {
    return remove(source, 'Waiting', `Pod "${state.pod.name}" belongs to an earlier sandbox of this name.`);
  }
  if (sandbox.status?.endTime !== undefined) return planEnded(source);
  if (sandbox.spec.state === 'Stopped') return end(source, 'Stopped', STOPPED);
  if (unresolved !== null) return remove(source, 'Waiting', unresolved);
  const plan = planTask(source);
  // What ended by itself before is said as that.
  if (plan.ends === true || deadline === null || now < deadline) return plan;
  return end(source, 'LifetimeReached', `The lifetime ended at ${formatTime(deadline)}.`);
}

function planTask(source: PodPlanSource): PodPlan {
  const { state } = source;
  if (source.quarantine !== null) return planContained(source, source.quarantine);
  if (state.state === 'None') return planMissing(source);
  if (state.state === 'Terminating' || state.state === 'Foreign') return planTerminating(source, state.pod);
  if (state.state === 'Ready' || state.state === 'Starting') return planLive(source, state);
  return planFinished(source, state);
}

/** After so long a pod whose network cannot be closed is ended all the same: somebody else's webhook may refuse its label. */
const CLOSING_MILLISECONDS = 10_000;

/** No pod runs in quarantine. That ends no task: after the release a pod is created again, also with `restartPolicy: Never`. */
function planContained(source: PodPlanSource, { metadata }: AgentQuarantine): PodPlan {
  const { sandbox, state, isNetworkClosed, now } = source;
  const message = `Quarantine "${metadata.name}" holds the sandbox.`;
  const removed = remove(source, 'Quarantined', message);
  if (state.state === 'None' || state.state === 'Terminating' || state.state === 'Foreign') return removed;
  if (state.state !== 'Ready' && state.state !== 'Starting') {
    const finished = planFinished(source, state);
    return finished.ends === true ? finished : removed;
  }
  const patienceEnd = parseTime(metadata.creationTimestamp ?? '') + CLOSING_MILLISECONDS;
  if (isNetworkClosed || now >= patienceEnd) return removed;
  const waits = `${message} Pod "${state.pod.name}" is ended when its network is closed.`;
  const stays = { pod: state.pod, restarts: sandbox.status?.restarts, dueTime: patienceEnd };
  return { action: 'None', condition: condition('False', 'Quarantined', waits), ...stays };
}

type Finished = Exclude<
  PodState,
  { readonly state: 'None' | 'Terminating' | 'Foreign' | 'Ready' | 'Starting' }
>;

/** A pod that ended ends the task or not, as its `restartPolicy` says; one whose agent never began does not. */
function planFinished(source: PodPlanSource, state: Finished): PodPlan {
  const { restartPolicy } = source.sandbox.spec;
  const again = (reason: string, message: string): PodPlan => restart(source, state.pod, reason, message);
  if (state.state === 'GateFailed') {
    return again('GateFailed', 'The start gate failed; EgressClosed says why.');
  }
  if (state.state === 'NotStarted') {
    return again('Restarting', endSentence(`The pod failed before the agent began: ${state.message}`));
  }
  if (state.state === 'DeadlineExceeded') {
    return end(source, 'LifetimeReached', 'The lifetime of the sandbox is over.');
  }
  if (state.state === 'Failed') {
    const message = endSentence(`The pod failed: ${state.message}`);
    return restartPolicy === 'Never' ? end(source, 'Failed', message) : again('Restarting', message);
  }
  return restartPolicy === 'Always'
    ? again('Restarting', 'The agent ended.')
    : end(source, 'Completed', 'The agent ended with exit code 0.');
}

function planMissing(source: PodPlanSource): PodPlan {
  const { sandbox, rendered } = source;
  const { spec, status } = sandbox;
  const isAwaited = spec.updatePolicy === 'OnDelete' && status?.policyHash !== rendered?.hash;
  if (status?.pod !== undefined && spec.restartPolicy === 'Never' && !isAwaited) {
    const message = `Pod "${status.pod.name}" is gone, and restartPolicy is Never. Delete and create the sandbox to run it again.`;
    return { action: 'None', condition: condition('False', 'Failed', message), ends: true };
  }
  const restarts = status?.restarts;
  const obstacle = findObstacle(source);
  if (obstacle !== null) return { action: 'None', condition: obstacle, restarts };
  const isLost = status?.pod !== undefined;
  const message = isLost ? `Pod "${status.pod?.name}" is gone, and is created again.` : 'The pod is created.';
  return { action: 'Create', condition: condition('False', 'Starting', message), restarts };
}

/** Why no pod can be created; null where one can. */
function findObstacle({ sandbox, rendered, waitsFor }: PodPlanSource): ConditionState | null {
  if (rendered === null) return condition('False', 'Waiting', GATEWAY_UNKNOWN);
  if (rendered.left.length > 0) {
    return condition('False', 'Refused', describeRefusedPod(sandbox, rendered.left));
  }
  return waitsFor === null ? null : condition('False', 'Waiting', `The pod waits: ${waitsFor}`);
}

/** Somebody else deletes it, if it still stands in the status. */
function planTerminating({ sandbox }: PodPlanSource, pod: SeenPod): PodPlan {
  const { status } = sandbox;
  const isRecorded = status?.pod?.uid === pod.uid;
  const why = pod.disruption === null ? '' : `: ${pod.disruption}`;
  return {
    action: 'None',
    condition: condition('False', 'Replaced', endSentence(`Pod "${pod.name}" is being deleted${why}`)),
    pod: isRecorded ? pod : undefined,
    restarts: status?.restarts,
  };
}

function planLive(
  source: PodPlanSource,
  state: Extract<PodState, { readonly state: 'Ready' | 'Starting' }>,
): PodPlan {
  const { sandbox, rendered, deadline, isNetworkClosed } = source;
  const { pod } = state;
  if (isNetworkClosed) {
    return remove(source, 'Replaced', 'Its network was closed, and its credentials were revoked.');
  }
  const isOutdated = rendered !== null && pod.hash !== rendered.hash;
  if (isOutdated && sandbox.spec.updatePolicy === 'Recreate') {
    return remove(source, 'Replaced', 'The role, the sandbox or the address of the gateway has changed.');
  }
  const outdated = isOutdated ? ' It was created before a change: delete it to have it replaced.' : '';
  const kept = { pod, restarts: sandbox.status?.restarts, dueTime: deadline ?? undefined };
  if (state.state === 'Ready') {
    return {
      action: 'None',
      condition: condition(
        'True',
        isOutdated ? 'PolicyOutdated' : 'Running',
        `Pod "${pod.name}" is ready.${outdated}`,
      ),
      ...kept,
    };
  }
  const waits = state.message === '' ? '' : endSentence(` It waits: ${state.message}`);
  const message = `Pod "${pod.name}" is not ready yet.${waits}${outdated}`;
  return {
    action: 'None',
    needsSecret: state.lacksConfiguration,
    condition: condition('False', 'Starting', message),
    ...kept,
  };
}

/** Has the pod created again after a pause. Until then it stays, with its logs. */
function restart(source: PodPlanSource, pod: SeenPod, reason: string, message: string): PodPlan {
  const { sandbox, now } = source;
  const before = sandbox.status?.restarts;
  const count = pod.agentRanMilliseconds >= LONG_RUN_MILLISECONDS ? 1 : (before?.count ?? 0) + 1;
  const restarts = before?.podUID === pod.uid ? before : { count, podUID: pod.uid, time: formatTime(now) };
  const pause = Math.min(PAUSE.firstMilliseconds * 2 ** (restarts.count - 1), PAUSE.maxMilliseconds);
  const dueTime = parseTime(restarts.time) + pause;
  const again = `${message} The pod is created again at ${formatTime(dueTime)}.`;
  if (now >= dueTime) return { ...remove(source, reason, again), restarts };
  return { action: 'None', condition: condition('False', reason, again), restarts, dueTime };
}

/**
 * Deletes the pod that is there, if any. First the status says that no pod runs: one that is gone although it stands there
 * was taken by somebody else, which may be the end of the task.
 */
function remove(source: PodPlanSource, reason: string, message: string): PodPlan {
  const { sandbox, state, now } = source;
  const said = { condition: condition('False', reason, message), restarts: sandbox.status?.restarts };
  if (state.state === 'None') return { action: 'None', ...said };
  if (state.pod.isTerminating && !source.endsTooLate) return { action: 'None', ...said };
  if (sandbox.status?.pod !== undefined)
    return { action: 'None', ...said, dueTime: now + RETRY_MILLISECONDS };
  return { action: 'Delete', ...said };
}

function end(source: PodPlanSource, reason: string, message: string): PodPlan {
  return { ...planEnded(source), condition: condition('False', reason, message), ends: true };
}

/** After the end a pod that still runs is deleted, and one that has ended stays, with its logs. */
function planEnded(source: PodPlanSource): PodPlan {
  const { sandbox, state } = source;
  const before = sandbox.status?.conditions?.find(({ type }) => type === 'PodReady');
  const { reason = 'Completed', message = 'The task has ended.' } = before ?? {};
  if (LIVE.has(state.state) || !source.isEnrolled)
    return { ...remove(source, reason, message), restarts: undefined };
  return { action: 'None', condition: condition('False', reason, message) };
}

function condition(status: ConditionState['status'], reason: string, message: string): ConditionState {
  return { type: 'PodReady', status, reason, message };
}
