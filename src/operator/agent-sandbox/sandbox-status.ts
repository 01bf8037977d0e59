import type { AgentSandbox } from '../../api/agent-sandbox.ts';
import { type ConditionState, stampConditions } from '../../controller/conditions.ts';
import { isDeepEqualJson } from '../../lib/is-deep-equal-json.ts';
import { formatTime } from '../../lib/time.ts';

export type SandboxStatus = NonNullable<AgentSandbox['status']>;

/** What the reconciler says about a sandbox. A field that is undefined is removed. */
export interface SandboxReport {
  readonly roleResolved: ConditionState;
  readonly podReady: ConditionState;
  readonly egressClosed: ConditionState;
  readonly fields: Pick<
    SandboxStatus,
    'resolvedRole' | 'policyHash' | 'pod' | 'startTime' | 'endTime' | 'restarts'
  >;
}

const MAX_MESSAGE_CHARACTERS = 8_192;

/** Returns the whole status of a sandbox; null where it has it already. */
export function sandboxStatus(
  { metadata, status = {} }: AgentSandbox,
  { roleResolved, podReady, egressClosed, fields }: SandboxReport,
  now: number,
): SandboxStatus | null {
  const states = [roleResolved, podReady, egressClosed];
  const all = [...states, readyCondition(states)].map(shorten);
  const stamp = { generation: metadata.generation, time: formatTime(now) };
  const wanted: SandboxStatus = {
    observedGeneration: metadata.generation,
    conditions: stampConditions(all, status.conditions ?? [], stamp),
    ...fields,
  };
  const types = new Set(all.map(({ type }) => type));
  const owned = Object.fromEntries(Object.entries(status).filter(([name]) => Object.hasOwn(wanted, name)));
  const conditions = status.conditions?.filter(({ type }) => types.has(type));
  return isDeepEqualJson({ ...owned, conditions }, wanted) ? null : wanted;
}

/** A role without a start gate proves nothing, and its agent can work all the same: only what is false keeps it from that. */
function readyCondition(states: readonly ConditionState[]): ConditionState {
  const missing = states.filter(
    ({ type, status }) => status === 'False' || (status === 'Unknown' && type !== 'EgressClosed'),
  );
  if (missing.length === 0) {
    return { type: 'Ready', status: 'True', reason: 'Ready', message: 'The agent can work.' };
  }
  const named = missing.map(({ type, reason }) => `${type} (${reason})`).join(', ');
  return { type: 'Ready', status: 'False', reason: 'NotReady', message: `These do not hold: ${named}.` };
}

function shorten(state: ConditionState): ConditionState {
  const { message } = state;
  if (message.length <= MAX_MESSAGE_CHARACTERS) return state;
  return { ...state, message: `${message.slice(0, MAX_MESSAGE_CHARACTERS)}…` };
}
