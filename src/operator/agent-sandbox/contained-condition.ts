import type { AgentQuarantine } from '../../api/agent-quarantine.ts';
import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import type { ConditionState } from '../../controller/conditions.ts';
import { isContained } from '../agent-quarantine/decide-containment.ts';
import type { QuarantineLookup } from '../agent-quarantine/quarantine-lookup.ts';
import { hasEnded, type ObservedPod } from '../observed-objects.ts';
import { LIVE, type PodState } from './pod-state.ts';

/** How far the containment of a sandbox is. */
export interface ContainmentProgress {
  /** The one that holds it; null where none does. */
  readonly quarantine: AgentQuarantine | null;
  readonly pod: ObservedPod | undefined;
  readonly state: PodState['state'];
  /** What is left to do beside its pod, each as a phrase. */
  readonly stepsLeft: readonly string[];
}

/** Returns the condition `Contained`. It holds when nothing of the sandbox runs and nothing is left that it could use. */
export function containedCondition(progress: ContainmentProgress): ConditionState {
  const { quarantine, stepsLeft } = progress;
  if (quarantine === null) return condition('False', 'NotContained', 'No quarantine holds it.');
  const holder = `Quarantine "${quarantine.metadata.name}" holds it: ${quarantine.spec.reason}`;
  const left = [...podSteps(progress), ...stepsLeft];
  if (left.length === 0) return condition('True', 'Quarantined', holder);
  return condition('False', 'Containing', `Not done yet: ${left.join('; ')}. ${holder}`);
}

/** Whether a quarantine holds a sandbox whose status does not say yet that it is contained. */
export function isToBeContained(
  sandbox: AgentSandbox,
  quarantineOf: Pick<QuarantineLookup, 'ofSandbox'>,
): boolean {
  const said = sandbox.status?.conditions?.find(({ type }) => type === 'Contained');
  return said?.status !== 'True' && quarantineOf.ofSandbox(sandbox) !== null;
}

function podSteps({ pod, state }: ContainmentProgress): readonly string[] {
  if (pod !== undefined && state === 'Foreign' && !hasEnded(pod)) {
    return [`pod "${pod.metadata.name}" of an earlier sandbox of the name is being ended`];
  }
  if (pod === undefined || !LIVE.has(state)) return [];
  return isContained(pod)
    ? [`pod "${pod.metadata.name}" is being ended`]
    : [`the network of pod "${pod.metadata.name}" is being closed`];
}

function condition(status: ConditionState['status'], reason: string, message: string): ConditionState {
  return { type: 'Contained', status, reason, message };
}
